import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { before, describe, test } from 'node:test';

import {
  createAuthority,
  type IssuedCertificate,
} from '../../../test/support/making/certificates.ts';
import {
  generatePem,
  type Given,
  type Reading,
  readWith,
  say,
  writeGoogleKeyFile,
  writeZitadelKeyFile,
} from '../../../test/support/making/inputs.ts';
import {
  SigningKeyError,
  type SigningKeyErrorCode,
  type SigningKeyErrorDetails,
} from '../../oauth2/keys/signing-key-error.ts';
import { explainCertificateFault } from '../certificate-faults.ts';
import { CertificateError, type CertificateFault } from '../certificates.ts';
import { type ClientInputs, readClientInputs } from './client.ts';
import type { CredentialName } from './client-methods.ts';
import { explainKeyFault } from './key-faults.ts';

const pem = generatePem();
const rsa = generatePem('rsa');
/** Of its own authority, for a client; the other one fits no key here. */
let own: IssuedCertificate;
let other: IssuedCertificate;
before(async () => {
  const authority = await createAuthority();
  const request = { names: [], client: true, commonName: 'ci-client' };
  own = await authority.issue(request);
  other = await authority.issue(request);
});

/** Reads these inputs with a client-id besides. */
function read(given: Given, now = Date.now()): Reading<ClientInputs> {
  return readWith((reader) => readClientInputs(reader, now), {
    'client-id': 'ci-client',
    ...given,
  });
}

/** Holds that inputs are taken, and gives what was made of them. */
function take(given: Given): ClientInputs {
  const { value, problems, empty } = read(given);
  assert.deepEqual({ problems, empty }, { problems: [], empty: undefined });
  return value;
}

/** Holds that these problems are found with inputs, and this empty secret. */
function assertFaults(given: Given, problems: readonly string[], empty?: string): void {
  const found = read(given);
  assert.deepEqual(
    { problems: found.problems, empty: found.empty },
    { problems: [...problems], empty },
  );
}

/** What is said of a key; the words are tested in key-faults.test.ts. */
function explain(code: SigningKeyErrorCode, details: SigningKeyErrorDetails = {}): string {
  return say(explainKeyFault(new SigningKeyError(code, details), 'jwt'));
}

/** These credentials, whole: a client-key has its certificate beside it. */
function give(...names: readonly CredentialName[]): Given {
  const all = {
    'client-secret': { 'client-secret': 's3cret-value' },
    'private-key': { 'private-key': pem },
    'client-key': { 'client-key': own.key, 'client-certificate': own.certificate },
  };
  return Object.assign({}, ...names.map((name) => all[name])) as Given;
}

/** Every choice of the credentials. */
const choices: readonly (readonly CredentialName[])[] = [
  [],
  ['client-secret'],
  ['private-key'],
  ['client-key'],
  ['client-secret', 'private-key'],
  ['client-secret', 'client-key'],
  ['private-key', 'client-key'],
  ['client-secret', 'private-key', 'client-key'],
];

/** The registered methods, and the credential that each needs. */
const methods: Readonly<Record<string, CredentialName | undefined>> = {
  client_secret_basic: 'client-secret',
  client_secret_post: 'client-secret',
  client_secret_jwt: 'client-secret',
  private_key_jwt: 'private-key',
  tls_client_auth: 'client-key',
  self_signed_tls_client_auth: 'client-key',
  none: undefined,
};

function nameChoice(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(' and ');
}

describe('the method, where it is left out,', () => {
  const inferred: Readonly<Record<CredentialName, string>> = {
    'client-secret': 'client_secret_basic',
    'private-key': 'private_key_jwt',
    'client-key': 'tls_client_auth',
  };
  for (const [name, method] of Object.entries(inferred)) {
    test(`is ${method} for a ${name} alone`, () => {
      assert.equal(take(give(name as CredentialName)).clientAuthMethod, method);
    });
  }

  test('never is none by itself, for an empty secret looks the same as none', () => {
    assertFaults({}, [], 'client-secret');
    assert.equal(read({}).value.clientAuthMethod, undefined);
  });

  for (const names of choices.filter(
    (all) => all.includes('client-secret') && all.includes('private-key'),
  )) {
    test(`is required for ${nameChoice(names)}`, () => {
      assertFaults(give(...names), [
        'Both client-secret and private-key are set. Remove one, or choose with client-auth-method',
      ]);
    });
  }

  for (const name of ['client-secret', 'private-key'] as const) {
    test(`is the same for a ${name} with a certificate`, () => {
      const { clientAuthMethod, clientKey } = take(give(name, 'client-key'));
      assert.equal(clientAuthMethod, inferred[name]);
      assert.notEqual(clientKey, undefined);
    });
  }
});

describe('a method that is named', () => {
  for (const [method, needed] of Object.entries(methods)) {
    for (const names of choices) {
      // A certificate goes with every method.
      const unused = names.filter((name) => name !== needed && name !== 'client-key');
      const isThere = needed === undefined || names.includes(needed);
      const given = (): Given => ({ ...give(...names), 'client-auth-method': method });

      if (isThere && unused.length === 0) {
        test(`is taken: ${method} with ${nameChoice(names)}`, () => {
          assert.equal(take(given()).clientAuthMethod, method);
        });
      } else {
        const missing = isThere ? '' : ` misses ${needed}`;
        const refused = unused.length === 0 ? '' : ` refuses ${unused.join(' and ')}`;
        test(`with ${nameChoice(names)}: ${method}${missing}${refused}`, () => {
          assertFaults(
            given(),
            unused.map((name) => `${name}: cannot be used with client-auth-method: ${method}`),
            isThere ? undefined : needed,
          );
        });
      }
    }
  }

  test('that nobody registered is refused', () => {
    assertFaults({ ...give('client-secret'), 'client-auth-method': 'basic' }, [
      'client-auth-method: got "basic"; must be one of: client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth, self_signed_tls_client_auth, none',
    ]);
  });
});

describe('with an ID token that authenticates the client', () => {
  const as = { 'id-token-as': 'client_assertion' };
  const unused = 'cannot be used with id-token-as: client_assertion';
  const because = "because GitHub's OIDC token authenticates the client";

  test('there is no method', () => {
    const { clientAuthMethod, idTokenAs } = take(as);
    assert.deepEqual([clientAuthMethod, idTokenAs], [undefined, 'client_assertion']);
  });

  for (const names of choices) {
    const refused = names.filter((name) => name !== 'client-key');
    test(`with ${nameChoice(names)} it refuses ${nameChoice(refused)}`, () => {
      assertFaults(
        { ...give(...names), ...as },
        refused.map((name) => `${name}: ${unused}, ${because}`),
      );
    });
  }

  test('a certificate is shown', () => {
    const { clientAuthMethod, clientKey } = take({ ...as, ...give('client-key') });
    assert.equal(clientAuthMethod, undefined);
    assert.notEqual(clientKey, undefined);
  });

  for (const method of Object.keys(methods)) {
    test(`it refuses client-auth-method: ${method}`, () => {
      assertFaults({ ...as, 'client-auth-method': method }, [
        `client-auth-method: ${unused}, ${because}`,
      ]);
    });
  }

  test('it takes a private-key that signs the grant', () => {
    const { clientAuthMethod, signingKey } = take({
      ...as,
      ...give('private-key'),
      'private-key-as': 'assertion',
    });
    assert.equal(clientAuthMethod, undefined);
    assert.equal(signingKey?.algorithm, 'ES256');
  });
});

describe('with a JWT or an ID token as the grant', () => {
  const proofs: readonly [proof: string, given: Given, credentials: readonly CredentialName[]][] = [
    [
      'private-key-as: assertion',
      { 'private-key-as': 'assertion', 'private-key': pem },
      ['client-secret'],
    ],
    [
      'private-key-as: bearer',
      { 'private-key-as': 'bearer', 'private-key': pem },
      ['client-secret'],
    ],
    ['id-token-as: assertion', { 'id-token-as': 'assertion' }, ['client-secret', 'private-key']],
    ['id-token-as: bearer', { 'id-token-as': 'bearer' }, ['client-secret', 'private-key']],
    [
      'id-token-as: parameter',
      { 'id-token-as': 'parameter', 'id-token-parameter': 'jwt' },
      ['client-secret', 'private-key'],
    ],
    [
      'id-token-as: subject_token',
      { 'id-token-as': 'subject_token' },
      ['client-secret', 'private-key'],
    ],
  ];
  for (const [proof, given, credentials] of proofs) {
    test(`the method is none where there is no credential: ${proof}`, () => {
      assert.equal(take(given).clientAuthMethod, 'none');
      assert.equal(take({ ...given, 'client-auth-method': 'none' }).clientAuthMethod, 'none');
    });

    test(`the method is none with a certificate, unless it is written: ${proof}`, () => {
      const certified = { ...given, ...give('client-key') };
      for (const method of ['', 'none', 'tls_client_auth']) {
        const inputs = take({ ...certified, 'client-auth-method': method });
        assert.equal(inputs.clientAuthMethod, method === '' ? 'none' : method);
        assert.notEqual(inputs.clientKey, undefined);
      }
    });

    for (const name of credentials) {
      test(`the method is required for a ${name} besides: ${proof}`, () => {
        assertFaults({ ...given, ...give(name) }, [
          `Both ${proof} and ${name} are set. Choose with client-auth-method; none does not send ${name}`,
        ]);
      });

      test(`none refuses a ${name} besides: ${proof}`, () => {
        assertFaults({ ...given, ...give(name), 'client-auth-method': 'none' }, [
          `${name}: cannot be used with client-auth-method: none`,
        ]);
      });
    }

    test(`the method may use a credential besides: ${proof}`, () => {
      for (const [method, needed] of Object.entries(methods)) {
        if (needed === undefined || !credentials.includes(needed)) continue;
        if (method === 'client_secret_jwt') continue;
        const inputs = { ...given, ...give(needed), 'client-auth-method': method };
        assert.equal(take(inputs).clientAuthMethod, method);
      }
    });

    test(`the method may miss its credential: ${proof}`, () => {
      assertFaults({ ...given, 'client-auth-method': 'client_secret_post' }, [], 'client-secret');
    });
  }

  test('private_key_jwt cannot sign with a key that signs the grant', () => {
    assertFaults(
      {
        'private-key': pem,
        'private-key-as': 'assertion',
        'client-auth-method': 'private_key_jwt',
      },
      ['client-auth-method: private_key_jwt requires private-key-as: client_assertion'],
    );
  });

  test('client_secret_jwt is refused beside a key that signs the grant, for the claims would be in both', () => {
    assertFaults(
      {
        ...give('client-secret', 'private-key'),
        'private-key-as': 'assertion',
        'client-auth-method': 'client_secret_jwt',
      },
      [
        'client-auth-method: client_secret_jwt cannot be used with private-key-as: assertion, because assertion-audience and assertion-claims would apply to both JWTs',
      ],
    );
  });

  test('client_secret_jwt is taken beside an ID token that is the grant', () => {
    const { clientAuthMethod } = take({
      ...give('client-secret'),
      'id-token-as': 'subject_token',
      'client-auth-method': 'client_secret_jwt',
    });
    assert.equal(clientAuthMethod, 'client_secret_jwt');
  });
});

describe('the secret that is named as empty', () => {
  const rows: readonly [given: Given, empty: string][] = [
    [{}, 'client-secret'],
    [{ 'client-secret-encoding': 'raw' }, 'client-secret'],
    [{ 'refresh-token': 'a-refresh-token' }, 'client-secret'],
    [{ 'private-key-id': 'key-1' }, 'private-key'],
    [{ 'assertion-audience': 'https://login.example.com' }, 'private-key'],
    [{ 'assertion-claims': 'sub=' }, 'private-key'],
    [{ 'signing-algorithm': 'PS256' }, 'private-key'],
    [{ 'signing-algorithm': 'HS512' }, 'client-secret'],
    [{ 'private-key-as': 'assertion' }, 'private-key'],
    [{ 'private-key-as': 'assertion', 'private-key-id': 'key-1' }, 'private-key'],
    [{ 'client-auth-method': 'client_secret_basic' }, 'client-secret'],
    [{ 'client-auth-method': 'client_secret_post' }, 'client-secret'],
    [{ 'client-auth-method': 'client_secret_jwt', 'assertion-audience': 'x' }, 'client-secret'],
    [{ 'client-auth-method': 'private_key_jwt', 'private-key-id': 'key-1' }, 'private-key'],
    [{ 'client-auth-method': 'tls_client_auth' }, 'client-key'],
    [{ 'client-auth-method': 'self_signed_tls_client_auth' }, 'client-key'],
  ];
  for (const [given, empty] of rows) {
    test(`is ${empty} with ${JSON.stringify(given)}`, () => {
      assertFaults(given, [], empty);
    });
  }

  test('is client-key with a client-certificate, with and without a method that needs both', () => {
    const given = { 'client-certificate': own.certificate };
    assertFaults(given, [], 'client-key');
    assertFaults({ ...given, 'client-auth-method': 'tls_client_auth' }, [], 'client-key');
    assertFaults({ ...given, ...give('client-secret') }, [], 'client-key');
    assertFaults({ ...given, 'id-token-as': 'subject_token' }, [], 'client-key');
  });

  test('is none where the method needs none', () => {
    assert.equal(take({ 'client-auth-method': 'none' }).clientAuthMethod, 'none');
  });
});

test('a private key is no client secret, for that is sent', () => {
  for (const secret of [pem, writeGoogleKeyFile(rsa)]) {
    assertFaults({ 'client-secret': secret }, [
      'client-secret: is a private key; set private-key instead',
    ]);
  }
});

describe('where an ID token was in mind, no secret is called empty', () => {
  test('with a way to use it that there is not', () => {
    assertFaults({ 'id-token-as': 'true' }, [
      'id-token-as: got "true"; must be one of: client_assertion, assertion, subject_token, bearer, parameter',
    ]);
  });

  test('with its audience alone', () => {
    assertFaults({ 'id-token-audience': 'acme' }, [
      'id-token-audience: can only be used with id-token-as',
    ]);
  });
});

describe('client-id', () => {
  const without = (given: Given): Given => ({ ...given, 'client-id': '' });
  const required = 'client-id is required (a variable or secret that does not exist is empty)';

  test('is required with a key file, or what makes the file the grant', () => {
    const given = without({ 'private-key': writeGoogleKeyFile(rsa) });
    assertFaults(given, [
      'client-id is required. With a key file from Google or Zitadel it usually is not: set private-key-as: assertion',
    ]);
  });

  const neededWith: readonly [what: string, given: () => Given][] = [
    ['a secret', () => give('client-secret')],
    ['a key', () => give('private-key')],
    ['a certificate', () => give('client-key')],
    [
      'a signed grant without iss, although no authentication is written',
      () => ({
        ...give('private-key'),
        'private-key-as': 'assertion',
        'client-auth-method': 'none',
      }),
    ],
    ['a signed grant', () => ({ 'private-key': pem, 'private-key-as': 'assertion' })],
    [
      'a signed grant without iss',
      () => ({
        'private-key': pem,
        'private-key-as': 'assertion',
        'assertion-claims': 'iss=\nsub=ci',
      }),
    ],
    [
      'a JWT that authenticates the client, whatever its iss',
      () => ({ 'private-key': pem, 'assertion-claims': 'iss=ci' }),
    ],
    [
      'an ID token and a secret besides',
      () => ({
        ...give('client-secret'),
        'id-token-as': 'subject_token',
        'client-auth-method': 'client_secret_basic',
      }),
    ],
    [
      'an ID token and a certificate besides',
      () => ({
        ...give('client-key'),
        'id-token-as': 'assertion',
        'client-auth-method': 'tls_client_auth',
      }),
    ],
    [
      'a signed grant with iss and a secret besides',
      () => ({
        ...give('client-secret', 'private-key'),
        'private-key-as': 'assertion',
        'assertion-claims': 'iss=ci',
        'client-auth-method': 'client_secret_post',
      }),
    ],
  ];
  for (const [what, given] of neededWith) {
    test(`is required with ${what}`, () => {
      assertFaults(without(given()), [required]);
    });
  }

  const saidBy: readonly [what: string, given: Given][] = [
    ['no authentication, if that is written', { 'client-auth-method': 'none' }],
    ['an ID token as client_assertion', { 'id-token-as': 'client_assertion' }],
    ['an ID token as assertion', { 'id-token-as': 'assertion' }],
    ['an ID token as subject_token', { 'id-token-as': 'subject_token' }],
    ['an ID token as bearer', { 'id-token-as': 'bearer' }],
    [
      'a signed JWT as bearer with iss',
      { 'private-key': pem, 'private-key-as': 'bearer', 'assertion-claims': 'iss=ci' },
    ],
    [
      'a signed grant with iss',
      { 'private-key': pem, 'private-key-as': 'assertion', 'assertion-claims': 'iss=ci' },
    ],
    [
      "Google's key file",
      { 'private-key': writeGoogleKeyFile(rsa), 'private-key-as': 'assertion' },
    ],
    [
      "Zitadel's key file",
      { 'private-key': writeZitadelKeyFile(rsa), 'private-key-as': 'assertion' },
    ],
  ];
  for (const [what, given] of saidBy) {
    test(`may be left out with ${what}`, () => {
      assert.equal(take(without(given)).clientId, undefined);
    });
  }

  test('is not asked for where a key file that could name it is damaged', () => {
    const damaged = writeGoogleKeyFile(rsa).slice(0, -40);
    assertFaults(without({ 'private-key': damaged, 'private-key-as': 'assertion' }), [
      `private-key: ${explain('damaged', { form: 'JSON' })}`,
    ]);
  });

  test('has no control character', () => {
    assertFaults({ ...give('client-secret'), 'client-id': 'ci\u007fclient' }, [
      'client-id: has a control character',
    ]);
  });
});

describe('private-key', () => {
  test('is read with the id and the algorithm that are given', () => {
    const { signingKey } = take({
      'private-key': rsa,
      'private-key-id': 'key-1',
      'signing-algorithm': 'PS384',
    });
    assert.deepEqual([signingKey?.keyId, signingKey?.algorithm], ['key-1', 'PS384']);
  });

  test('has the usual algorithm and no id where none is given', () => {
    const { signingKey } = take({ 'private-key': rsa });
    assert.deepEqual([signingKey?.keyId, signingKey?.algorithm], [undefined, 'RS256']);
  });

  for (const algorithm of ['ES384', 'RS256', 'HS256']) {
    test(`that does not sign with ${algorithm} is refused`, () => {
      assertFaults({ 'private-key': pem, 'signing-algorithm': algorithm }, [
        `private-key: ${explain('algorithm_mismatch', { keyType: 'EC P-256', algorithm })}`,
      ]);
    });
  }

  test('that is none is refused and not shown', () => {
    assertFaults({ 'private-key': 'open-sesame' }, [`private-key: ${explain('not_a_key')}`]);
  });

  test('that is the certificate is refused', () => {
    assertFaults({ 'private-key': own.certificate }, [`private-key: ${explain('certificate')}`]);
  });
});

describe('signing-algorithm', () => {
  const jwt = { 'client-secret': 's3cret-value', 'client-auth-method': 'client_secret_jwt' };

  test('is HS256 for a secret where it is left out', () => {
    assert.equal(take(jwt).macAlgorithm, 'HS256');
  });

  for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
    test(`may be ${algorithm} for a secret`, () => {
      assert.equal(take({ ...jwt, 'signing-algorithm': algorithm }).macAlgorithm, algorithm);
    });
  }

  test('cannot be one of a private key for a secret', () => {
    assertFaults({ ...jwt, 'signing-algorithm': 'RS256' }, [
      'signing-algorithm: got "RS256"; must be HS256, HS384, HS512 with client-auth-method: client_secret_jwt',
    ]);
  });

  test('that nobody knows is refused', () => {
    assertFaults({ 'private-key': pem, 'signing-algorithm': 'none' }, [
      'signing-algorithm: got "none"; must be one of: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512',
    ]);
  });
});

describe('assertion-claims', () => {
  const claim = (claims: string): Given => ({ 'private-key': pem, 'assertion-claims': claims });

  test('are pairs, in order, their values exact', () => {
    assert.deepEqual(take(claim('scope=a b \nsub=\nx=1=2')).assertionClaims, [
      ['scope', 'a b '],
      ['sub', ''],
      ['x', '1=2'],
    ]);
  });

  test('may be a JSON object', () => {
    assert.deepEqual(take(claim('{"scope": "a\\nb"}')).assertionClaims, [['scope', 'a\nb']]);
  });

  test('are refused by the line, never by the value', () => {
    assertFaults(claim('sub=x\nopen-sesame\n=open-sesame'), [
      'assertion-claims: line 2 is not name=value, line 3 is not name=value',
    ]);
  });

  test('are refused where a name comes again', () => {
    assertFaults(claim('sub=a\niss=x\nsub=b'), ['assertion-claims: sub is set more than once']);
  });
});

describe('client-certificate', () => {
  const tls = (differences: Given = {}): Given => ({ ...give('client-key'), ...differences });

  test('is read with its key', () => {
    const { clientCertificate, clientKey } = take(tls());
    assert.equal(clientCertificate, own.certificate.trim());
    assert.equal(clientKey?.export({ type: 'pkcs8', format: 'pem' }).toString(), own.key);
  });

  test('may have its chain after it', () => {
    const chain = `${own.certificate}\n${other.certificate}`;
    const { clientCertificate = '' } = take(tls({ 'client-certificate': chain }));
    assert.equal(clientCertificate, `${own.certificate.trim()}\n${other.certificate.trim()}`);
  });

  test('may be on one line with its key, with a literal \\n for each line break', () => {
    const { clientCertificate, clientKey } = take(
      tls({
        'client-certificate': own.certificate.replaceAll('\n', '\\n'),
        'client-key': own.key.replaceAll('\n', '\\n'),
      }),
    );
    assert.equal(clientCertificate, own.certificate.trim());
    assert.notEqual(clientKey, undefined);
  });

  test('that does not fit client-key is refused', () => {
    assertFaults(tls({ 'client-certificate': other.certificate }), [
      'client-certificate: does not belong to client-key',
    ]);
  });

  test('may have its chain before it', () => {
    const chain = `${other.certificate}\n${own.certificate}`;
    const { clientCertificate = '' } = take(tls({ 'client-certificate': chain }));
    assert.equal(clientCertificate, `${own.certificate.trim()}\n${other.certificate.trim()}`);
  });

  describe('may be in one PEM with its key,', () => {
    const bag = (): string => `Bag Attributes\n${own.key}Bag Attributes\n${own.certificate}`;
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const rows: readonly [what: string, given: () => Given][] = [
      ['in both inputs', () => ({ 'client-certificate': bag(), 'client-key': bag() })],
      ['in client-certificate', () => ({ 'client-certificate': bag() })],
      ['in client-key', () => ({ 'client-key': bag() })],
      ['as base64', () => ({ 'client-key': base64(bag()) })],
      [
        'in client-key, beside the certificate',
        () => ({ 'client-key': bag(), 'client-certificate': own.certificate }),
      ],
      [
        'in client-certificate, beside the key',
        () => ({ 'client-certificate': bag(), 'client-key': base64(own.key) }),
      ],
    ];
    for (const [what, given] of rows) {
      test(what, () => {
        const { clientAuthMethod, clientCertificate, clientKey } = take(given());
        assert.equal(clientAuthMethod, 'tls_client_auth');
        assert.equal(clientCertificate, own.certificate.trim());
        assert.equal(clientKey?.export({ type: 'pkcs8', format: 'pem' }).toString(), own.key);
      });

      test(`${what}, with a method of its own`, () => {
        const { clientAuthMethod, clientKey } = take({ ...give('client-secret'), ...given() });
        assert.equal(clientAuthMethod, 'client_secret_basic');
        assert.notEqual(clientKey, undefined);
      });
    }

    test('and must belong to it', () => {
      const wrong = `${own.key}${other.certificate}`;
      const problem = 'client-certificate: does not belong to client-key';
      assertFaults({ 'client-certificate': wrong }, [problem]);
      assertFaults({ 'client-key': wrong }, [problem]);
    });

    test('and what is wrong with the key is said of the input that has it', () => {
      const cut = `${own.certificate}\n${own.key.slice(0, 90)}`;
      assertFaults({ 'client-certificate': cut }, [
        `client-certificate: ${explain('damaged', { form: 'PEM' })}`,
      ]);
    });
  });

  test('goes with private-key too, and has to fit it', () => {
    const given = { 'private-key': own.key, 'client-certificate': own.certificate };
    assert.equal(take(given).clientAuthMethod, 'private_key_jwt');
    assert.equal(take({ ...given, 'private-key-as': 'assertion' }).clientAuthMethod, 'none');
    assertFaults({ ...given, 'client-certificate': other.certificate }, [
      'client-certificate: does not belong to private-key',
    ]);
  });

  test('has to fit client-key, not the key that signs the grant, where it is shown on TLS', () => {
    const given = tls({
      'private-key': pem,
      'private-key-as': 'assertion',
      'client-auth-method': 'tls_client_auth',
    });
    assert.equal(take(given).clientAuthMethod, 'tls_client_auth');
  });

  test('is required with client-key', () => {
    const required = 'client-certificate is required with client-key';
    assertFaults({ 'client-key': own.key }, [required]);
    assertFaults({ 'client-key': own.key, 'client-auth-method': 'tls_client_auth' }, [required]);
  });

  test('is refused where it is none, and not shown', () => {
    const rows: readonly [value: string, code: CertificateFault][] = [
      ['open-sesame', 'none'],
      [own.key, 'private_key'],
      [own.certificate.slice(0, -30), 'damaged'],
    ];
    for (const [value, code] of rows) {
      assertFaults(tls({ 'client-certificate': value }), [
        `client-certificate: ${say(explainCertificateFault(new CertificateError(code)))}`,
      ]);
    }
  });

  test('is required beside a key that is given in its place', () => {
    assertFaults({ 'client-certificate': own.key }, [
      `client-certificate: ${say(explainCertificateFault(new CertificateError('private_key')))}`,
    ]);
  });

  test('that has expired by the clock that is handed in is refused, and its end is named', () => {
    const { problems } = read(tls(), Date.now() + 2 * 86_400_000);
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? '',
      /^client-certificate: expired at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ; the provider must issue a new one$/,
    );
  });

  test('needs its key, whatever authenticates the client', () => {
    const certificate = { 'client-certificate': own.certificate };
    for (const given of [
      { ...give('client-secret'), 'client-auth-method': 'client_secret_jwt' },
      { 'id-token-as': 'client_assertion' },
      { 'client-auth-method': 'none' },
    ]) {
      assertFaults({ ...given, ...certificate }, [], 'client-key');
    }
  });
});

describe('client-key', () => {
  /** A key, and a certificate for it. */
  const certify = async (key: KeyObject): Promise<Given> => {
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const authority = await createAuthority();
    const issued = await authority.issue({ names: [], client: true, key: pem });
    return { 'client-key': issued.key, 'client-certificate': issued.certificate };
  };

  const curves = ['prime192v1', 'secp256k1', 'brainpoolP256r1'];
  for (const namedCurve of curves) {
    test(`may be one that signs no JWT: ${namedCurve}`, async () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve });
      const given = await certify(privateKey);
      // OpenSSL takes no shorter curve by default.
      if (namedCurve === 'prime192v1') {
        const [problem = ''] = read(given).problems;
        assert.match(
          problem,
          /^client-certificate: cannot be used with its key on TLS connections/,
        );
      } else {
        assert.equal(take(given).clientAuthMethod, 'tls_client_auth');
      }
    });
  }

  test('that is too short for TLS is refused with what OpenSSL says, not as a key of a JWT', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    assertFaults(await certify(privateKey), [
      'client-certificate: cannot be used with its key on TLS connections (ee key too small); the provider must issue a stronger one',
    ]);
  });

  test('cannot be one that signs nothing', () => {
    const { privateKey } = generateKeyPairSync('x25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    assertFaults({ ...give('client-key'), 'client-key': pem }, [
      'client-key: is a key (X25519) that TLS cannot use',
    ]);
  });

  test('that is none is refused by its own name', () => {
    assertFaults({ ...give('client-key'), 'client-key': 'open-sesame' }, [
      `client-key: ${explain('not_a_key')}`,
    ]);
  });

  test('takes no algorithm of a JWT', () => {
    const given = {
      ...give('client-key', 'private-key'),
      'private-key': rsa,
      'private-key-as': 'assertion',
      'client-auth-method': 'tls_client_auth',
      'signing-algorithm': 'RS512',
    };
    assert.equal(take(given).signingKey?.algorithm, 'RS512');
  });
});

describe('an input that would change nothing', () => {
  const secret = { 'client-secret': 's3cret-value' };
  const jwt =
    'can only be used with a signed JWT (private-key, or client-auth-method: client_secret_jwt)';
  const rows: readonly [given: Given, problem: string][] = [
    [{ ...secret, 'assertion-audience': 'x' }, `assertion-audience: ${jwt}`],
    [{ ...secret, 'assertion-claims': 'a=b' }, `assertion-claims: ${jwt}`],
    [{ ...secret, 'signing-algorithm': 'RS256' }, `signing-algorithm: ${jwt}`],
    [{ 'id-token-as': 'assertion', 'assertion-claims': 'a=b' }, `assertion-claims: ${jwt}`],
    [{ ...secret, 'private-key-id': 'x' }, 'private-key-id: can only be used with private-key'],
    [
      { ...secret, 'private-key-id': 'x', 'client-auth-method': 'client_secret_jwt' },
      'private-key-id: can only be used with private-key',
    ],
    [
      { ...secret, 'id-token-audience': 'x' },
      'id-token-audience: can only be used with id-token-as',
    ],
  ];
  for (const [given, problem] of rows) {
    test(problem, () => {
      assertFaults(given, [problem]);
    });
  }

  test('has one with client_secret_jwt', () => {
    const given = { ...secret, 'client-auth-method': 'client_secret_jwt' };
    const { assertionAudience, assertionClaims } = take({
      ...given,
      'assertion-audience': 'x',
      'assertion-claims': 'a=b',
      'signing-algorithm': 'HS512',
    });
    assert.deepEqual([assertionAudience, assertionClaims], ['x', [['a', 'b']]]);
  });

  test('id-token-audience has one with each id-token-as', () => {
    for (const as of ['client_assertion', 'assertion', 'subject_token']) {
      const given = { 'id-token-as': as, 'id-token-audience': 'x' };
      assert.equal(take(given).idTokenAudience, 'x');
    }
  });
});

describe('id-token-parameter', () => {
  test('is required with id-token-as: parameter', () => {
    assertFaults({ 'id-token-as': 'parameter' }, [
      "id-token-parameter: is required with id-token-as: parameter; it is the name of the parameter that has GitHub's OIDC token",
    ]);
  });

  test('cannot be used with another id-token-as, or without one', () => {
    const problem = 'id-token-parameter: can only be used with id-token-as: parameter';
    const given = { 'id-token-parameter': 'jwt' };
    assertFaults({ ...given, 'id-token-as': 'bearer' }, [problem]);
    assertFaults({ ...given, ...give('client-secret') }, [problem]);
  });

  test('is the name as it is written', () => {
    const { idTokenParameter } = take({
      'id-token-as': 'parameter',
      'id-token-parameter': '__proto__',
    });
    assert.equal(idTokenParameter, '__proto__');
  });
});

describe('words that are none of the choices', () => {
  const rows: readonly [given: Given, problem: string][] = [
    [
      { 'private-key-as': 'grant' },
      'private-key-as: got "grant"; must be one of: client_assertion, assertion, bearer',
    ],
    [
      { 'id-token-as': 'token' },
      'id-token-as: got "token"; must be one of: client_assertion, assertion, subject_token, bearer, parameter',
    ],
    [
      { 'client-secret-encoding': 'url' },
      'client-secret-encoding: got "url"; must be one of: form, raw',
    ],
  ];
  for (const [given, problem] of rows) {
    test(problem, () => {
      assertFaults({ 'client-secret': 's3cret-value', ...given }, [problem]);
    });
  }
});

describe('secrets that are too short to be hidden', () => {
  for (const name of ['client-secret', 'refresh-token']) {
    test(`are refused and not shown: ${name}`, () => {
      assertFaults({ 'client-secret': 's3cret-value', [name]: 'abc' }, [
        `${name}: has fewer than 4 characters and cannot be hidden in the log`,
      ]);
    });
  }
});

test('no problem shows a secret', () => {
  const secret = 'open-sesame-open-sesame';
  const { problems } = read({
    'client-id': `x\n${secret}`,
    'client-secret': secret,
    'private-key': secret,
    'client-key': `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
    'client-certificate': secret,
    'assertion-claims': `${secret}\n{`,
    'refresh-token': secret,
    'client-auth-method': 'none',
    'id-token-as': 'assertion',
  });
  assert.ok(problems.length >= 6, problems.join('\n'));
  assert.doesNotMatch(problems.join('\n'), /open-sesame/);
});
