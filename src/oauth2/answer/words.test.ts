import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { shapeOf } from './answer-shape.ts';
import { readWords } from './words.ts';

type Said = readonly [place: string, line: string] | undefined;

/** What a failed answer says, and where. */
function read(
  body: unknown,
  { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Said {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const { words } = shapeOf({ status, statusText: '', headers, body: bytes });
  return words === undefined ? undefined : [words.place, readWords(words)];
}

describe('the words of JSON stand in', () => {
  const rows: readonly [what: string, body: unknown, said: Said][] = [
    [
      'error_description, before anything else',
      { message: 'never', error: 'x', error_description: 'this.' },
      ['error_description', 'this'],
    ],
    ['message', { detail: 'no', message: 'this' }, ['message', 'this']],
    ['msg', { msg: 'this', detail: 'no' }, ['msg', 'this']],
    ['errmsg', { errmsg: 'this', detail: 'no' }, ['errmsg', 'this']],
    ['detail, before title', { title: 'no', detail: 'this' }, ['detail', 'this']],
    ['title', { title: 'this', reason: 'no' }, ['title', 'this']],
    ['reason', { reason: 'this', description: 'no' }, ['reason', 'this']],
    ['description', { description: 'this' }, ['description', 'this']],
    ['errorMessage', { errorMessage: 'this' }, ['errorMessage', 'this']],
    ['errorSummary', { errorSummary: 'this', errorCode: 'E1' }, ['errorSummary', 'this']],
    ['errorDescription', { errorDescription: 'this' }, ['errorDescription', 'this']],
    ['errorMessages', { errorMessages: ['this', 'no'] }, ['errorMessages.0', 'this']],
    ['faultstring', { fault: { faultstring: 'this' } }, ['fault.faultstring', 'this']],
    ['errors, a list of texts', { errors: ['this', 'no'] }, ['errors.0', 'this']],
    [
      'errors, a list of objects',
      { transactionId: 't1', errors: [{ code: 'X', message: 'this' }] },
      ['errors.0.message', 'this'],
    ],
    [
      'errors, an object of fields, with the name of the field',
      {
        title: 'One or more validation errors occurred.',
        errors: { client_id: ['The client_id field is required.'] },
      },
      ['errors.client_id.0', 'client_id: The client_id field is required'],
    ],
    ['errors, a field and its text', { errors: { scope: 'bad' } }, ['errors.scope', 'scope: bad']],
    [
      'errors, an object like any other',
      { errors: { code: 'X', message: 'this' } },
      ['errors.message', 'this'],
    ],
    [
      'what errors says, which title only announces',
      { title: 'no', errors: [{ detail: 'this' }] },
      ['errors.0.detail', 'this'],
    ],
    ['title, where errors says nothing', { title: 'this', errors: [] }, ['title', 'this']],
    ['error within an object', { data: { error: 'this' } }, ['data.error', 'this']],
    ['fault', { fault: 'this' }, ['fault', 'this']],
    [
      'code, after everything else',
      { code: 'no', a: { b: { message: 'this' } } },
      ['a.b.message', 'this'],
    ],
    ['code, where there is nothing else', { code: 'this', status: 7 }, ['code', 'this']],
    [
      'the value beside a language',
      { error: { code: 'x', message: { lang: 'en', value: 'this' } } },
      ['error.message.value', 'this'],
    ],
    ['a name made of these', { code: 'E1', statusMessage: 'this' }, ['statusMessage', 'this']],
    ['another one', { responseDescription: 'this', code: 'x' }, ['responseDescription', 'this']],
    [
      'what says more than the status',
      { message: 'Unauthorized', detail: 'this' },
      ['detail', 'this'],
    ],
    [
      'what says more than the status, in a name made of these',
      { httpMessage: '401 Unauthorized', moreInformation: 'this' },
      ['moreInformation', 'this'],
    ],
    ['the status, where there is nothing else', { message: 'Forbidden' }, ['message', 'Forbidden']],
    ['the objects of a list', [{ errorCode: 'X', message: 'this' }], ['0.message', 'this']],
    ['names of any writing', { ERROR_Message: 'this' }, ['ERROR_Message', 'this']],
    ['names with hyphens', { 'error-message': 'this' }, ['error-message', 'this']],
    ['the third level', { a: { b: { msg: 'this' } } }, ['a.b.msg', 'this']],
    [
      'the highest level that has any',
      { a: { message: 'no' }, reason: 'this' },
      ['reason', 'this'],
    ],
    [
      'the first text that is not empty',
      { message: ' ', msg: '', detail: 'this' },
      ['detail', 'this'],
    ],
    ['what is beside a code', { error: 'invalid_client', reason: 'this' }, ['reason', 'this']],
    ['an error with members', { error: { code: 401, message: 'this' } }, ['error.message', 'this']],
  ];
  for (const [what, body, said] of rows) {
    test(what, () => {
      assert.deepEqual(read(body), said);
    });
  }

  test('a text of several lines by its first line, without full stops at the end', () => {
    assert.deepEqual(read({ message: '\r\n No.. \r\nTrace ID: 1' }), ['message', 'No']);
  });
});

describe('JSON without words of its own', () => {
  test('says nothing where its code is all that it says', () => {
    assert.equal(read({ error: 'invalid_client' }), undefined);
    assert.equal(read({ error: { code: 'X' }, a: 1 }), undefined);
    for (const body of [{}, [], 'null']) assert.equal(read(body), undefined);
  });

  test('is shown as it is, on one line', () => {
    assert.deepEqual(read('{\n  "status": "fail",\n  "n": 1\n}'), [
      'text',
      '{ "status": "fail", "n": 1 }',
    ]);
    assert.deepEqual(read({ a: { b: { c: { message: 'too deep' } } } }), [
      'text',
      '{"a":{"b":{"c":{"message":"too deep"}}}}',
    ]);
    assert.deepEqual(read('[1,2]'), ['text', '[1,2]']);
  });

  test('is shown without long values, which could be a token', () => {
    assert.deepEqual(read({ access_token: 'x'.repeat(20), expires_in: 1 }), [
      'text',
      '{"access_token":"***","expires_in":1}',
    ]);
  });

  test('is its text where it is a text', () => {
    assert.deepEqual(read('"Unknown \\"client\\"."'), ['text', 'Unknown "client"']);
  });
});

describe('the words of another body are', () => {
  const page = '<!doctype html><html><head><title>Access &amp; more\n</title></head><body>x</body>';
  const rows: readonly [what: string, body: string, line: string][] = [
    ['the first line of a text', '\nUnauthorized.\nSee the manual', 'Unauthorized'],
    ['the title of a page', page, 'Access & more'],
    ['the text of a page without a title', '<html><h1>No</h1><p>Go  away</p></html>', 'No Go away'],
    ['the text of a page with an empty title', '<title> </title><p>No</p>', 'No'],
    [
      'no script, style or comment',
      '<html><!-- a --><style>b</style><script>c<p></script>No',
      'No',
    ],
    [
      'faultstring of SOAP 1.1',
      '<s:Envelope xmlns:s="x"><s:Body><s:Fault><faultcode>c</faultcode><faultstring>No</faultstring></s:Fault></s:Body></s:Envelope>',
      'No',
    ],
    [
      'Reason/Text of SOAP 1.2',
      '<e:Envelope><e:Fault><e:Code><e:Value>c</e:Value></e:Code><e:Reason><e:Text xml:lang="en">No</e:Text></e:Reason></e:Fault></e:Envelope>',
      'No',
    ],
    [
      'Message of XML',
      '<?xml version="1.0"?><Error><Code>X</Code><Message>No</Message></Error>',
      'No',
    ],
    [
      'error_description of XML',
      '<OAuth><error>x</error><error_description>No</error_description></OAuth>',
      'No',
    ],
    ['CDATA', '<Error><Message><![CDATA[No way]]></Message></Error>', 'No way'],
    ['entities by number', '<title>&#78;&#x6f;&#9999999;</title>', 'No&#9999999;'],
    ['a tag that is cut off', '<p>No<a href="', 'No'],
    ['JSON that is none', '{"error": "cut off', '{"error": "cut off'],
  ];
  for (const [what, body, line] of rows) {
    test(what, () => {
      assert.deepEqual(read(body), ['text', line]);
    });
  }

  test('the fields of a form', () => {
    assert.deepEqual(read('error=x&error_description=No+way'), ['error_description', 'No way']);
    assert.deepEqual(read('message=No+way'), ['message', 'No way']);
    assert.deepEqual(read('a=b'), ['text', 'a=b']);
  });

  test('in the character set that the content type names', () => {
    const body = Buffer.from('Ung\xfcltig', 'latin1');
    const as = (charset: string): Said =>
      read(body, { headers: { 'content-type': `text/plain; charset=${charset}` } });
    assert.deepEqual(as('iso-8859-1'), ['text', 'Ungültig']);
    assert.deepEqual(as('"ISO-8859-1"'), ['text', 'Ungültig']);
    assert.deepEqual(as('odd'), ['text', 'Ungültig']);
  });

  test('in the character set that the body shows by itself', () => {
    const scope = '{"error_description":"Ungültiger Scope"}';
    const utf16 = Buffer.from(scope, 'utf16le');
    const latin1 = Buffer.from(scope, 'latin1');
    const bodies = [
      Buffer.from(`\ufeff${scope}`),
      ...[utf16, Buffer.from(`\ufeff${scope}`, 'utf16le')],
      ...[Buffer.from(utf16).swap16(), Buffer.from(`\ufeff${scope}`, 'utf16le').swap16()],
      latin1,
    ];
    for (const body of bodies) {
      assert.deepEqual(read(body), ['error_description', 'Ungültiger Scope']);
    }
    const marked = Buffer.from(`\ufeff${scope}`, 'utf16le');
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    assert.deepEqual(read(marked, { headers }), ['error_description', 'Ungültiger Scope']);
    const page = Buffer.from('<meta charset="iso-8859-2"><title>\xacle</title>', 'latin1');
    assert.deepEqual(read(page), ['text', 'Źle']);
    const xml = Buffer.from(
      '<?xml version="1.0" encoding="windows-1251"?><m>\xcd\xe5\xf2</m>',
      'latin1',
    );
    assert.deepEqual(read(xml), ['text', 'Нет']);
  });

  test('after the label that Tomcat and Jetty give it', () => {
    const tomcat =
      '<html><head><title>HTTP Status 400 – Bad Request</title></head><body><h1>HTTP Status 400 – Bad Request</h1><p><b>Type</b> Status Report</p><p><b>Message</b> Unknown client</p></body></html>';
    const jetty =
      '<html><head><title>Error 401 Unauthorized</title></head><body><table><tr><th>MESSAGE:</th><td>Unknown client</td></tr></table></body></html>';
    for (const page of [tomcat, jetty]) assert.deepEqual(read(page), ['text', 'Unknown client']);
  });

  test('in the first paragraph where the title only repeats the status', () => {
    const page = (title: string, more: string): string =>
      `<html><head><title>${title}</title></head><body><h1>${title}</h1>${more}</body></html>`;
    const apache = page('400 Bad Request', '<p>Sent to the wrong port.<br />\nSo it was.</p>');
    assert.deepEqual(read(apache), ['text', 'Sent to the wrong port. So it was']);
    assert.deepEqual(read(page('403 Forbidden', '<hr>nginx')), ['text', '403 Forbidden']);
    assert.deepEqual(read(page('Sorry', '<p>Not here</p>')), ['text', 'Sorry']);
  });

  test('none where it is no text', () => {
    assert.equal(read(Buffer.from([0x1f, 0x8b, 8, 0, 0])), undefined);
    assert.equal(read(Buffer.from('ff'.repeat(20), 'hex')), undefined);
  });

  test('WWW-Authenticate where there is none', () => {
    const headers = { 'www-authenticate': 'Bearer realm="ci", error="invalid_token"' };
    assert.deepEqual(read(' ', { status: 401, headers }), [
      'www-authenticate',
      'Bearer realm="ci", error="invalid_token"',
    ]);
    assert.deepEqual(read('No', { status: 401, headers }), ['text', 'No']);
    assert.equal(read('', { status: 401 }), undefined);
    assert.equal(read('', { status: 401, headers: { 'www-authenticate': ' ' } }), undefined);
  });

  test('without what has the form of a JWT', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
    assert.deepEqual(read(`No: ${jwt}`), ['text', 'No: ***']);
    assert.deepEqual(read({ message: `the token ${jwt} is bad` }), [
      'message',
      'the token *** is bad',
    ]);
  });

  test('without what stands behind the name of a token', () => {
    const opaque = 'Zk9TOKENtok3nAb9Ab9Ab9';
    for (const [said, shown] of [
      [`{"access_token":"${opaque}"`, '{"access_token":"***"'],
      [`access_token=${opaque}&x=1`, 'access_token=***&x=1'],
      [`{\\"refreshToken\\": \\"${opaque}\\"}`, '{\\"refreshToken\\": \\"***"}'],
      ['the id_token: signature_mismatch', 'the id_token: signature_mismatch'],
    ] as const) {
      assert.deepEqual(read(`No: ${said}`), ['text', `No: ${shown}`]);
    }
  });
});

describe('with a success status, where the token could stand,', () => {
  const read200 = (body: unknown): Said =>
    read(body, { status: 200, headers: { 'www-authenticate': 'Basic' } });

  test('few places are read', () => {
    for (const name of ['message', 'msg', 'errmsg', 'detail', 'reason', 'error_description']) {
      assert.deepEqual(read200({ [name]: 'no such app' }), [name, 'no such app'], name);
    }
    assert.deepEqual(read200({ data: { error: 'no such app' } }), ['data.error', 'no such app']);
    const others = [
      'title',
      'description',
      'errorMessage',
      'errorSummary',
      'errors',
      'fault',
      'code',
    ];
    for (const name of others) assert.equal(read200({ [name]: 'no such app' }), undefined, name);
    for (const body of ['text', '"text"', '<title>page</title>', '{"a":1}', '', 'a=b']) {
      assert.equal(read200(body), undefined, body);
    }
  });

  test('no text of 20 or more characters without a space is shown', () => {
    assert.deepEqual(read200({ message: 'x'.repeat(19) }), ['message', 'x'.repeat(19)]);
    assert.equal(read200({ message: 'x'.repeat(20) }), undefined);
    assert.equal(read200({ message: ` ${'x'.repeat(20)} ` }), undefined);
    assert.deepEqual(read200({ message: 'x'.repeat(20), detail: 'no' }), ['detail', 'no']);
    assert.equal(read200({ message: `${'x'.repeat(10)}\n${'x'.repeat(10)}` }), undefined);
  });

  test('nor as a word of a longer text', () => {
    assert.deepEqual(read200({ message: `it is ${'x'.repeat(20)} now` }), [
      'message',
      'it is *** now',
    ]);
  });

  test('nor as the code of an error, unless it is words', () => {
    const code = (error: unknown): string | undefined =>
      shapeOf({
        status: 200,
        statusText: '',
        headers: {},
        body: Buffer.from(JSON.stringify({ error })),
      }).code;
    assert.equal(code('incorrect_client_credentials'), 'incorrect_client_credentials');
    assert.equal(code('invalid_auth'), 'invalid_auth');
    assert.equal(code('bad client id'), 'bad client id');
    assert.equal(code('x'.repeat(20)), undefined);
    assert.equal(code(`it is ${'x'.repeat(20)}`), undefined);
    assert.equal(code('ghs_abcdefghijklmnopqrstuvwxyz'), undefined);
    assert.equal(code({ code: 'X'.repeat(20) }), undefined);
  });
});
