import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { say } from '../../test/support/making/inputs.ts';
import { answer } from '../../test/support/tables/wording.ts';
import type { HttpResponse } from '../http/request.ts';
import { renderText, text } from '../log/text.ts';
import { shapeOf } from '../oauth2/answer/answer-shape.ts';
import { describeShape, quoteAnswer, quoteWords } from './words.ts';

describe('what a server said is', () => {
  const rows: readonly [what: string, response: HttpResponse, said: string][] = [
    ['its status', answer(503), '503 Service Unavailable'],
    ['its code', answerJson(400, { error: 'invalid_scope' }), '400 invalid_scope'],
    [
      'its code and its words',
      answerJson(401, { error: 'invalid_client', error_description: 'No such client.' }),
      '401 invalid_client, "No such client"',
    ],
    [
      'its words in any place',
      answerJson(401, { errors: [{ code: 7, message: 'No such client' }] }),
      '401 Unauthorized, "No such client"',
    ],
    ['a text', answer(401, 'No such client\nSee the manual'), '401 Unauthorized, "No such client"'],
    ['the title of a page', answer(403, '<title>No</title>'), '403 Forbidden, "No"'],
    [
      'WWW-Authenticate where there is no body',
      answer(401, '', { 'www-authenticate': 'Basic realm="ci"' }),
      '401 Unauthorized, "Basic realm="ci""',
    ],
    ['the status once', answer(401, 'Unauthorized'), '401 Unauthorized'],
    [
      'the status once, with its number',
      answer(502, '<title>502 Bad Gateway</title>'),
      '502 Bad Gateway',
    ],
    [
      'the code once',
      answerJson(400, { error: 'bad_thing', message: 'Bad thing.' }),
      '400 bad_thing',
    ],
    [
      'the words of the status where a code is said in their place',
      answerJson(401, { error: 'access_denied', error_description: 'Unauthorized' }),
      '401 access_denied, "Unauthorized"',
    ],
    ['nothing of a success but its status', answer(200, 'a-text'), '200 OK'],
    [
      'no more than 300 characters',
      answer(400, 'x'.repeat(400)),
      `400 Bad Request, "${'x'.repeat(300)}..."`,
    ],
    ['harmless', answer(400, '\u200b##[error]x\u2028::y'), '400 Bad Request, " # #[error]x"'],
  ];
  for (const [what, response, said] of rows) {
    test(what, () => {
      assert.equal(say(quoteAnswer(shapeOf(response))), said);
    });
  }

  test('nothing where there are no words', () => {
    assert.equal(say(quoteWords(shapeOf(answer(400)))), '');
  });
});

describe('a secret is hidden before the words are taken from what holds it:', () => {
  const secret = 'pa<b>ss\nword. &x;';
  const redact = (all: string): string => all.replaceAll(secret, '***');
  const rows: readonly [what: string, response: HttpResponse][] = [
    ['a text of several lines', answer(400, `Bad: ${secret} is wrong\nmore`)],
    ['a page', answer(400, `<title>Bad: ${secret} is wrong</title>`)],
    ['a value', answerJson(400, { message: `Bad: ${secret} is wrong` })],
    ['a value of a success', answerJson(200, { message: `Bad: ${secret} is wrong` })],
  ];
  for (const [what, response] of rows) {
    test(what, () => {
      const shape = shapeOf(response);
      assert.equal(renderText(quoteWords(shape), redact), ', "Bad: *** is wrong"');
      const lines = describeShape(shape, text``).map((line) => renderText(line, redact));
      assert.doesNotMatch(lines.join('\n'), /word\. &x;|pa<b>|pass/);
    });
  }
});

describe('the group of an answer has', () => {
  const list = (response: HttpResponse): string[] =>
    describeShape(shapeOf(response), text`after 0.2 s`).map(say);

  test('status, type and length, the words and where they stand, and the names of the other fields', () => {
    const body = {
      error: 'invalid_client',
      error_description: 'No.',
      error_uri: 'https://docs.example.com',
      trace: { id: 'a-secret-thing', more: { x: 1 } },
    };
    assert.deepEqual(list(answerJson(401, body)), [
      '401 Unauthorized, application/json, 138 bytes, after 0.2 s',
      'error: invalid_client',
      'error_description: No.',
      'other fields: trace.id, trace.more',
    ]);
  });

  test('the fields of an answer without words', () => {
    assert.deepEqual(list(answerJson(200, { ok: true, data: { n: 1 } })), [
      '200 OK, application/json, 26 bytes, after 0.2 s',
      'fields: ok, data.n',
    ]);
  });

  test('no type where there is none, and no body where there is none', () => {
    assert.deepEqual(list(answer(400, 'No')), [
      '400 Bad Request, 2 bytes without a content type, after 0.2 s',
      'text: No',
    ]);
    assert.deepEqual(list(answer(400)), ['400 Bad Request, an empty body, after 0.2 s']);
  });

  test('a long value on several lines, because what helps may stand at its end', () => {
    const description = `${'a'.repeat(300)}${'b'.repeat(300)}the end`;
    assert.deepEqual(
      list(answerJson(400, { error: 'x', error_description: description })).slice(2),
      [`error_description: ${'a'.repeat(300)}`, `... ${'b'.repeat(300)}`, '... the end'],
    );
  });

  test('no more than four lines of one value', () => {
    const lines = list(answerJson(400, { message: 'x'.repeat(5000) })).slice(1);
    assert.deepEqual(
      lines.map((line) => line.length),
      [309, 304, 304, 307],
    );
    assert.ok(lines.at(-1)?.endsWith('x...'));
  });
});
