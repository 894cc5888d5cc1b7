import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createAuthority, type IssuedCertificate } from '../../test/support/making/certificates.ts';
import { createInputEnvironment } from '../../test/support/doubles/fakes.ts';
import { generatePem, type Given, say } from '../../test/support/making/inputs.ts';
import { readInputs } from './inputs.ts';
import { InputError } from './input-error.ts';

const pem = generatePem();
let own: IssuedCertificate;
before(async () => {
  const authority = await createAuthority();
  own = await authority.issue({ names: [], client: true });
});

const place = { 'token-url': 'https://login.example.com/token' };
const basic: Given = { ...place, 'client-id': 'ci-client', 'client-secret': 's3cret-value' };

/** What is wrong with inputs, an empty secret among it. */
function complain(given: Given): string[] {
  try {
    readInputs(createInputEnvironment(given), { debug: false });
    return [];
  } catch (error) {
    assert.ok(error instanceof InputError);
    const { problems, emptySecret } = error;
    const empty = emptySecret === undefined ? [] : [`empty: ${emptySecret.name}`];
    return [...problems.map(say), ...empty];
  }
}

describe('an ACS endpoint', () => {
  const acs = { ...basic, 'endpoint-type': 'acs_api' };
  /** An input each, with a value that would be refused or need another one elsewhere, too. */
  const meaningless: Readonly<Record<string, () => string>> = {
    'client-auth-method': () => 'client_secret_basic',
    'client-secret-encoding': () => 'raw',
    'private-key': () => pem,
    'private-key-id': () => 'key-1',
    'signing-algorithm': () => 'ES256',
    'private-key-as': () => 'assertion',
    'assertion-audience': () => 'x',
    'assertion-claims': () => 'sub=x',
    'client-certificate': () => own.certificate,
    'client-key': () => own.key,
    'id-token-as': () => 'client_assertion',
    'id-token-audience': () => 'x',
    'refresh-token': () => 'a-refresh-token',
    scopes: () => 'read',
    'grant-type': () => 'jwt-bearer',
    audience: () => 'x',
    resource: () => 'x',
    parameters: () => 'x',
    'request-method': () => 'delete',
    'body-format': () => 'xml',
    'response-fields': () => 'x',
    revoke: () => 'true',
    'revocation-url': () => 'x',
  };
  for (const [name, write] of Object.entries(meaningless)) {
    test(`refuses ${name}, and says nothing else of it`, () => {
      assert.deepEqual(complain({ ...acs, [name]: write() }), [
        `${name}: cannot be used with endpoint-type: acs_api`,
      ]);
    });
  }

  test('refuses all of them together', () => {
    const all = Object.entries(meaningless).map(([name, write]) => [name, write()]);
    assert.deepEqual(
      complain({ ...acs, ...(Object.fromEntries(all) as Given) }),
      Object.keys(meaningless).map((name) => `${name}: cannot be used with endpoint-type: acs_api`),
    );
  });

  test('refuses an issuer, for its address is in no metadata', () => {
    const issuer = 'https://login.example.com';
    assert.deepEqual(complain({ ...acs, 'token-url': '', issuer }), [
      'issuer: cannot be used with endpoint-type: acs_api',
    ]);
  });

  test('needs a client-id and a client-secret', () => {
    const given = { ...place, 'endpoint-type': 'acs_api', 'id-token-as': 'client_assertion' };
    assert.deepEqual(
      complain(given).map((problem) => problem.split(' (')[0]),
      [
        'id-token-as: cannot be used with endpoint-type: acs_api',
        'client-id is required',
        'empty: client-secret',
      ],
    );
  });

  test('refuses credentials that a header cannot carry, and does not show them', () => {
    for (const name of ['client-id', 'client-secret']) {
      assert.deepEqual(complain({ ...acs, [name]: 'open-sesame€' }), [
        `${name}: has a character that is not allowed in a header`,
      ]);
    }
  });
});

describe('parameters cannot hold what the action sends itself:', () => {
  const key = { ...place, 'private-key': pem };
  const idToken = (as: string): Given => ({ ...place, 'id-token-as': as });
  const always: readonly [name: string, input: string][] = [['grant_type', 'grant-type']];
  const byJwt: readonly Given[] = [
    { ...key, 'client-id': 'ci-client' },
    { ...basic, 'client-auth-method': 'client_secret_jwt' },
    idToken('client_assertion'),
  ];
  const rows: readonly [given: Given, name: string, input: string][] = [
    ...always.map(([name, input]): [Given, string, string] => [basic, name, input]),
    ...byJwt.flatMap((given): [Given, string, string][] => [
      [given, 'client_assertion', 'private-key or id-token-as'],
      [given, 'client_assertion_type', 'private-key or id-token-as'],
    ]),
    [{ ...basic, 'client-auth-method': 'client_secret_post' }, 'client_id', 'client-id'],
    [{ ...basic, 'client-auth-method': 'client_secret_post' }, 'client_secret', 'client-secret'],
    [{ ...key, 'client-id': 'ci-client' }, 'client_id', 'client-id'],
    [{ ...idToken('assertion'), 'client-id': 'ci-client' }, 'client_id', 'client-id'],
    [
      { ...key, 'client-id': 'ci-client', 'private-key-as': 'assertion' },
      'assertion',
      'private-key',
    ],
    [
      {
        ...basic,
        'client-auth-method': 'client_secret_post',
        'private-key': pem,
        'private-key-as': 'assertion',
      },
      'client_id',
      'client-id',
    ],
    [idToken('assertion'), 'assertion', 'id-token-as'],
    [idToken('subject_token'), 'subject_token', 'id-token-as'],
    [{ ...basic, 'refresh-token': 'a-refresh-token' }, 'refresh_token', 'refresh-token'],
    [{ ...basic, scopes: 'read' }, 'scope', 'scopes'],
    [{ ...basic, audience: 'x' }, 'audience', 'audience'],
    [{ ...basic, resource: 'urn:x' }, 'resource', 'resource'],
  ];
  for (const [given, name, input] of rows) {
    test(`${name}, for ${input} is sent`, () => {
      const problem = `parameters: ${name} is already sent; use the input ${input}`;
      assert.deepEqual(complain({ ...given, parameters: `${name}=open-sesame` }), [problem]);
      assert.deepEqual(complain({ ...given, parameters: `{"${name}": ["open", "sesame"]}` }), [
        problem,
      ]);
    });
  }

  const free: readonly [given: Given, parameters: string][] = [
    [basic, 'client_id=ci-client'],
    [basic, 'client_secret=open-sesame'],
    [{ ...basic, 'grant-type': 'none' }, 'grant_type=x'],
    [idToken('client_assertion'), 'client_id=ci-client'],
    [{ ...key, 'client-id': 'ci-client', 'private-key-as': 'assertion' }, 'client_id=ci-client'],
    [{ ...place, 'client-id': 'x', 'client-auth-method': 'none' }, 'client_assertion=a.b.c'],
    [basic, 'assertion=a.b.c'],
    [basic, 'subject_token=x'],
    [basic, 'refresh_token=x'],
    [basic, 'scope=a,b'],
    [basic, 'audience=x\nresource=y'],
    [
      idToken('subject_token'),
      'subject_token_type=urn:ietf:params:oauth:token-type:id_token\nrequested_token_type=urn:ietf:params:oauth:token-type:access_token',
    ],
    [idToken('client_assertion'), 'assertion=a.b.c'],
    [basic, 'constructor=x\ntoString=y'],
  ];
  for (const [given, parameters] of free) {
    test(`but they may hold ${parameters.replace('\n', ' and ')}`, () => {
      assert.deepEqual(complain({ ...given, parameters }), []);
    });
  }
});

describe('headers cannot hold what belongs to the connection:', () => {
  for (const header of [
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Keep-Alive',
    'Expect',
    'Upgrade',
    'TE',
    'Trailer',
    'HTTP2-Settings',
    'Proxy-Authorization',
    'PROXY-X',
  ]) {
    test(header, () => {
      assert.deepEqual(complain({ ...basic, headers: `${header}: open-sesame` }), [
        `headers: ${header.toLowerCase()} belongs to the connection and cannot be set`,
      ]);
    });
  }

  for (const header of [
    'X-Host',
    'Hostname',
    'X-Proxy-User',
    'Connection-Id',
    'Proxy',
    'Expected',
    'X-TE',
  ]) {
    test(`but they may hold ${header}`, () => {
      assert.deepEqual(complain({ ...basic, headers: `${header}: x` }), []);
    });
  }
});

describe('headers', () => {
  test('cannot hold one twice, in whatever case', () => {
    assert.deepEqual(complain({ ...basic, headers: 'X-A: 1\nX-B: 2\nx-a: 3\nX-A: 4' }), [
      'headers: x-a is set more than once',
    ]);
  });

  test('cannot hold the credentials of an ACS endpoint', () => {
    const acs = { ...basic, 'endpoint-type': 'acs_api' };
    for (const header of ['Client-Id', 'CLIENT-SECRET']) {
      assert.deepEqual(complain({ ...acs, headers: `${header}: open-sesame` }), [
        `headers: ${header.toLowerCase()} already has the client's credentials`,
      ]);
      assert.deepEqual(complain({ ...basic, headers: `${header}: open-sesame` }), []);
    }
  });
});

describe('headers cannot hold Authorization where the client uses it', () => {
  const authorization = { headers: 'Authorization: Bearer open-sesame' };

  test('so it is refused with Basic', () => {
    for (const headers of [authorization.headers, authorization.headers.toLowerCase()]) {
      assert.deepEqual(complain({ ...basic, headers }), [
        "headers: authorization already has the client's credentials",
      ]);
    }
  });

  test('and taken with every other proof', () => {
    const rows: readonly Given[] = [
      { ...basic, 'client-auth-method': 'client_secret_post' },
      { ...basic, 'client-auth-method': 'client_secret_jwt' },
      { ...place, 'client-id': 'ci-client', 'private-key': pem },
      { ...place, 'client-id': 'ci-client', 'client-auth-method': 'none' },
      {
        ...place,
        'client-id': 'ci-client',
        'client-key': own.key,
        'client-certificate': own.certificate,
      },
      { ...place, 'id-token-as': 'subject_token' },
    ];
    for (const given of rows) assert.deepEqual(complain({ ...given, ...authorization }), []);
  });
});

describe('two proofs in one place are refused:', () => {
  const bearer = {
    ...place,
    'client-id': 'ci-client',
    'private-key': pem,
    'private-key-as': 'bearer',
  };
  const header = 'because both need the Authorization header';

  test('Basic and a JWT in the header', () => {
    const method = { 'client-auth-method': 'client_secret_basic' };
    assert.deepEqual(complain({ ...bearer, ...basic, ...method }), [
      `private-key-as: bearer cannot be used with client-auth-method: client_secret_basic, ${header}`,
    ]);
  });

  test('a signed JWT and an ID token in the header', () => {
    assert.deepEqual(complain({ ...bearer, 'id-token-as': 'bearer' }), [
      `id-token-as: bearer cannot be used with private-key-as: bearer, ${header}`,
    ]);
  });

  test('Authorization in headers and a JWT in the header', () => {
    const given = { ...place, 'id-token-as': 'bearer', headers: 'Authorization: Bearer a-token' };
    assert.deepEqual(complain(given), [
      "headers: authorization already has the client's credentials",
    ]);
  });

  const named = { ...place, 'id-token-as': 'parameter' };
  const taken: readonly [name: string, given: Given][] = [
    ['client_id', { 'client-id': 'ci-client' }],
    ['scope', { scopes: 'read' }],
    ['grant_type', { 'grant-type': 'client_credentials' }],
  ];
  for (const [name, given] of taken) {
    test(`an ID token in the parameter ${name}`, () => {
      assert.deepEqual(complain({ ...named, 'id-token-parameter': name, ...given }), [
        `id-token-parameter: ${name} is already sent`,
      ]);
    });
  }

  test('an ID token and a parameter of the same name', () => {
    assert.deepEqual(complain({ ...named, 'id-token-parameter': 'jwt', parameters: 'jwt=x' }), [
      'parameters: jwt is already sent; use the input id-token-as',
    ]);
  });

  test('but not in different places', () => {
    const given = { ...named, 'id-token-parameter': 'jwt', 'client-id': 'ci-client' };
    assert.deepEqual(complain({ ...given, 'private-key': pem, 'private-key-as': 'bearer' }), []);
    assert.deepEqual(complain({ ...bearer, 'id-token-as': 'assertion' }), []);
  });
});

describe('a certificate', () => {
  const plain: () => Given = () => ({
    'token-url': 'http://localhost:8080/token',
    'client-id': 'ci-client',
    'client-key': own.key,
    'client-certificate': own.certificate,
  });

  for (const method of ['', 'self_signed_tls_client_auth', 'none']) {
    test(`cannot be shown without TLS: ${method || 'no method'}`, () => {
      assert.deepEqual(complain({ ...plain(), 'client-auth-method': method }), [
        'token-url: must be https with client-certificate; a certificate cannot be sent over plain http',
      ]);
    });
  }

  const beside: readonly Given[] = [
    { 'client-secret': 'a-secret-of-the-client' },
    { 'client-auth-method': 'private_key_jwt', 'private-key': pem },
    { 'id-token-as': 'client_assertion' },
    { 'client-auth-method': 'none', 'private-key': pem, 'private-key-as': 'assertion' },
    { 'client-auth-method': 'none', parameters: 'password=a-secret-of-the-client' },
    { 'client-auth-method': 'none', headers: 'X-Api-Key: a-secret-of-the-client' },
  ];
  for (const credential of beside) {
    test(`is left out on this machine beside ${Object.keys(credential).join(', ')}`, () => {
      assert.deepEqual(complain({ ...plain(), ...credential }), []);
      const elsewhere = { 'token-url': 'http://example.com/token', 'allow-http': 'true' };
      assert.deepEqual(complain({ ...plain(), ...credential, ...elsewhere }), [
        'token-url: must be https with client-certificate; a certificate cannot be sent over plain http',
      ]);
    });
  }

  test('cannot be shown without TLS to any endpoint', () => {
    const issuer = { ...plain(), 'token-url': '', issuer: 'http://localhost:8080' };
    assert.deepEqual(complain(issuer), [
      'issuer: must be https with client-certificate; a certificate cannot be sent over plain http',
    ]);
    const revocation = { revoke: 'true', 'revocation-url': 'http://localhost:8080/revoke' };
    const problems = complain({ ...plain(), ...place, ...revocation });
    assert.deepEqual(problems.slice(1), [
      'revocation-url: must be https with client-certificate; a certificate cannot be sent over plain http',
    ]);
  });

  test('is taken beside an issuer, whose metadata names the endpoint', () => {
    const issuer = 'https://login.example.com';
    assert.deepEqual(complain({ ...plain(), 'token-url': '', issuer }), []);
  });

  test('needs no TLS for what a JWT says of it', () => {
    assert.deepEqual(complain({ ...plain(), 'client-key': '', 'private-key': own.key }), []);
  });
});

describe('client-secret-encoding: raw', () => {
  const raw = { ...basic, 'client-secret-encoding': 'raw', 'client-id': 'ci:client' };

  test('cannot carry a client-id with a colon', () => {
    assert.deepEqual(complain(raw), [
      'client-secret-encoding: raw cannot send a client-id with a colon; use form, or client-auth-method: client_secret_post',
    ]);
  });

  test('carries any other client-id, and a form that one too', () => {
    assert.deepEqual(complain({ ...raw, 'client-id': 'ci-client' }), []);
    assert.deepEqual(complain({ ...raw, 'client-secret-encoding': 'form' }), []);
  });

  test('does not hide that the client-id is missing', () => {
    const problems = complain({ ...raw, 'client-id': '' });
    assert.deepEqual(
      problems.map((problem) => problem.split(' (')[0]),
      ['client-id is required'],
    );
  });

  test('does not matter where Basic is not used', () => {
    assert.deepEqual(complain({ ...raw, 'client-auth-method': 'client_secret_post' }), []);
  });
});

describe('the query of token-url', () => {
  const url = (query: string): Given => ({ 'token-url': `https://login.example.com/t?${query}` });
  const post: Given = { ...basic, 'client-auth-method': 'client_secret_post' };
  const secret = basic['client-secret'] ?? '';

  const fitting: readonly (readonly [query: string, given: Given])[] = [
    ['tenant=acme', basic],
    ['grant_type=client_credentials', basic],
    ['grant_type=account_credentials', basic],
    ['client_id=other-client', basic],
    [`client_id=ci-client&client_secret=${encodeURIComponent(secret)}`, post],
    ['scope=read%20list', { ...basic, scopes: 'read list' }],
    ['resource=urn:a&resource=urn:b', { ...basic, resource: 'urn:b' }],
    ['n=1', { ...basic, parameters: '{"n":1}' }],
  ];
  for (const [query, given] of fitting) {
    test(`may have ${query.replace(secret, '...')}`, () => {
      assert.deepEqual(complain({ ...given, ...url(query) }), []);
    });
  }

  const key: Given = { ...place, 'client-id': 'ci-client', 'private-key': pem };
  const other: readonly (readonly [query: string, given: Given, problem: string])[] = [
    [
      'grant_type=a',
      { ...basic, 'grant-type': 'b' },
      'another value for grant_type than grant-type',
    ],
    ['client_id=other', post, 'another value for client_id than client-id'],
    ['client_secret=open-sesame', post, 'another value for client_secret than client-secret'],
    ['scope=a', { ...basic, scopes: 'a b' }, 'another value for scope than scopes'],
    ['audience=a', { ...basic, audience: 'a\nb' }, 'another value for audience than audience'],
    ['n=1', { ...basic, parameters: 'n=2' }, 'another value for n than parameters'],
    ['n=1', { ...basic, parameters: 'n=1\nn=2' }, 'another value for n than parameters'],
    [
      'client_assertion=a.b.c',
      key,
      'another value for client_assertion than private-key or id-token-as',
    ],
    [
      'subject_token=',
      { ...place, 'id-token-as': 'subject_token' },
      'another value for subject_token than id-token-as',
    ],
    [
      'refresh_token=open-sesame',
      { ...basic, 'refresh-token': 'a-refresh-token' },
      'another value for refresh_token than refresh-token',
    ],
  ];
  for (const [query, given, problem] of other) {
    test(`cannot have ${problem}, and no value is shown`, () => {
      assert.deepEqual(complain({ ...given, ...url(query) }), [
        `token-url: its query has ${problem}`,
      ]);
    });
  }
});
