import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { before, describe, test } from 'node:test';

import {
  decodeProtectedHeader,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose';

import { createAuthority, type IssuedCertificate } from '../../test/support/making/certificates.ts';
import { createInputEnvironment } from '../../test/support/doubles/fakes.ts';
import {
  generatePem,
  type Given,
  writeGoogleKeyFile,
  writeZitadelKeyFile,
} from '../../test/support/making/inputs.ts';
import type { RequestParts } from '../oauth2/client-authentication.ts';
import { readInputs, type LocatedInputs } from '../inputs/inputs.ts';
import { listClientProofs, listProofs } from './proofs.ts';
import { listTlsSecrets } from '../masks/secrets.ts';
import { makeTlsIdentity } from './tls-identity.ts';
import { showsCertificate } from '../inputs/client/tls-credentials.ts';

const pem = generatePem();
const rsa = generatePem('rsa');
const secret = 'a-secret-of-32-bytes-or-even-more';
const tokenUrl = 'https://login.example.com/oauth2/token';
const issuer = 'https://login.example.com/';
const now = Date.UTC(2026, 0, 31, 11, 0, 0, 750);

let own: IssuedCertificate;
let authority: string;
before(async () => {
  const made = await createAuthority();
  authority = made.certificate.trim();
  own = await made.issue({ names: [], client: true });
});

/** Reads inputs. The endpoint is the usual one if only an issuer is given. */
function read(given: Given): LocatedInputs {
  const place = given['issuer'] === undefined ? { 'token-url': tokenUrl } : {};
  const inputs = readInputs(createInputEnvironment({ ...place, ...given }), { debug: false });
  return { ...inputs, tokenUrl: inputs.tokenUrl ?? tokenUrl };
}

/** What proofs add to a request, and what they hide meanwhile. */
interface Added {
  /** The parameters by name, in order. */
  readonly parameters: RequestParts['parameters'];
  readonly headers: Readonly<Record<string, string>>;
  readonly hidden: readonly string[];
  /** The names of the parameters and headers that the proofs say they add. */
  readonly announced: readonly string[];
  readonly announcedHeaders: readonly string[];
}

/** Adds the proofs of inputs to so many requests, one after the other. */
async function addTimes(times: number, given: Given, list = listProofs): Promise<Added[]> {
  const hidden: string[] = [];
  let made = 0;
  let idTokens = 0;
  const proofs = list(read(given), {
    now: () => now,
    randomUUID: () => `uuid-${(made += 1)}`,
    hide: (one) => hidden.push(one),
    readIdToken: () => `id-token-${(idTokens += 1)}`,
  });
  const all: Added[] = [];
  for (let number = 0; number < times; number += 1) {
    const parts: RequestParts = { headers: new Map(), parameters: [] };
    for (const proof of proofs) await proof.add(parts);
    all.push({
      parameters: parts.parameters,
      headers: Object.fromEntries(parts.headers),
      hidden: [...hidden],
      announced: proofs.flatMap(({ parameters }) => parameters),
      announcedHeaders: proofs.flatMap(({ headers }) => headers),
    });
  }
  return all;
}

async function add(given: Given, list = listProofs): Promise<Added> {
  const [first] = await addTimes(1, given, list);
  return first ?? assert.fail();
}

/** The contents of a JWT whose signature is verified. */
interface ReadJwt {
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
}

async function verifyJwt(jwt: string, key: string): Promise<ReadJwt> {
  const verifier = key.startsWith('-----') ? createPublicKey(key) : Buffer.from(key);
  const { payload } = await jwtVerify(jwt, verifier, { currentDate: new Date(now) });
  return { header: decodeProtectedHeader(jwt), claims: payload };
}

/** The JWT that inputs have sent under a name, verified. */
async function sendJwt(
  name: 'client_assertion' | 'assertion',
  given: Given,
  key: string = pem,
): Promise<ReadJwt> {
  const { parameters } = await add(given);
  const [, jwt] = parameters.find(([one]) => one === name) ?? [];
  return verifyJwt(typeof jwt === 'string' ? jwt : assert.fail(`no ${name}`), key);
}

const client = { 'client-id': 'ci-client' };
const withSecret = { ...client, 'client-secret': secret };
const withKey = { ...client, 'private-key': pem };
const grant = { 'private-key': pem, 'private-key-as': 'assertion' };
const withTls = (): Given => ({
  ...client,
  'client-certificate': own.certificate,
  'client-key': own.key,
});
const assertionType: readonly [string, string] = [
  'client_assertion_type',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
];
const id: readonly [string, string] = ['client_id', 'ci-client'];

describe('a request proves', () => {
  /** Stands for a signed JWT. */
  const jwt = '(a JWT)';
  const basic = { authorization: `Basic ${Buffer.from(`ci-client:${secret}`).toString('base64')}` };
  const clientJwt = [id, assertionType, ['client_assertion', jwt]] as const;
  const rows: readonly [
    what: string,
    given: () => Given,
    parameters: readonly (readonly [string, string])[],
    headers?: Readonly<Record<string, string>>,
  ][] = [
    ['client_secret_basic', () => withSecret, [], basic],
    [
      'client_secret_basic with id and secret as they are',
      () => ({
        'client-id': 'ci!client',
        'client-secret': 'a+b/c=',
        'client-secret-encoding': 'raw',
      }),
      [],
      { authorization: `Basic ${Buffer.from('ci!client:a+b/c=').toString('base64')}` },
    ],
    [
      'client_secret_post',
      () => ({ ...withSecret, 'client-auth-method': 'client_secret_post' }),
      [id, ['client_secret', secret]],
    ],
    [
      'client_secret_jwt',
      () => ({ ...withSecret, 'client-auth-method': 'client_secret_jwt' }),
      clientJwt,
    ],
    ['private_key_jwt', () => withKey, clientJwt],
    ['tls_client_auth', withTls, [id]],
    [
      'self_signed_tls_client_auth',
      () => ({ ...withTls(), 'client-auth-method': 'self_signed_tls_client_auth' }),
      [id],
    ],
    ['none', () => ({ ...client, 'client-auth-method': 'none' }), [id]],
    [
      'none, written together with a signed JWT as the grant',
      () => ({ ...client, ...grant, 'client-auth-method': 'none' }),
      [id, ['assertion', jwt]],
    ],
    [
      'an ID token as client_assertion',
      () => ({ 'id-token-as': 'client_assertion' }),
      [assertionType, ['client_assertion', 'id-token-1']],
    ],
    [
      'an ID token as client_assertion, and a client-id',
      () => ({ ...client, 'id-token-as': 'client_assertion' }),
      [id, assertionType, ['client_assertion', 'id-token-1']],
    ],
    [
      'an ID token as assertion',
      () => ({ 'id-token-as': 'assertion' }),
      [['assertion', 'id-token-1']],
    ],
    [
      'an ID token as assertion, and a client-id',
      () => ({ ...client, 'id-token-as': 'assertion' }),
      [id, ['assertion', 'id-token-1']],
    ],
    [
      'an ID token as subject_token',
      () => ({ 'id-token-as': 'subject_token' }),
      [['subject_token', 'id-token-1']],
    ],
    [
      'an ID token as subject_token, and a client-id',
      () => ({ ...client, 'id-token-as': 'subject_token' }),
      [id, ['subject_token', 'id-token-1']],
    ],
    [
      'an ID token as subject_token, and Basic',
      () => ({
        ...withSecret,
        'id-token-as': 'subject_token',
        'client-auth-method': 'client_secret_basic',
      }),
      [['subject_token', 'id-token-1']],
      basic,
    ],
    [
      'only a signed grant, and no client_id',
      () => ({ ...client, ...grant }),
      [['assertion', jwt]],
    ],
    [
      'a signed grant with client_secret_post',
      () => ({ ...withSecret, ...grant, 'client-auth-method': 'client_secret_post' }),
      [id, ['client_secret', secret], ['assertion', jwt]],
    ],
    [
      'a signed grant with a certificate on TLS',
      () => ({ ...withTls(), ...grant, 'client-auth-method': 'tls_client_auth' }),
      [id, ['assertion', jwt]],
    ],
    [
      'a signed grant with Basic',
      () => ({ ...withSecret, ...grant, 'client-auth-method': 'client_secret_basic' }),
      [['assertion', jwt]],
      basic,
    ],
    [
      'a signed JWT in the header, and no client_id',
      () => ({ ...client, ...grant, 'private-key-as': 'bearer' }),
      [],
      { authorization: `Bearer ${jwt}` },
    ],
    [
      'a signed JWT in the header, and no client_id although the method is written',
      () => ({ ...client, ...grant, 'private-key-as': 'bearer', 'client-auth-method': 'none' }),
      [],
      { authorization: `Bearer ${jwt}` },
    ],
    [
      'an ID token in the header',
      () => ({ 'id-token-as': 'bearer' }),
      [],
      { authorization: 'Bearer id-token-1' },
    ],
    [
      'an ID token in a parameter, and a client-id',
      () => ({ ...client, 'id-token-as': 'parameter', 'id-token-parameter': '__proto__' }),
      [id, ['__proto__', 'id-token-1']],
    ],
    [
      'a signed grant, and an ID token as client_assertion',
      () => ({ ...client, ...grant, 'id-token-as': 'client_assertion' }),
      [id, assertionType, ['client_assertion', 'id-token-1'], ['assertion', jwt]],
    ],
  ];
  for (const [what, given, parameters, headers = {}] of rows) {
    test(`${what}, by exactly these parameters and headers`, async () => {
      const added = await add(given());
      const shown = added.parameters.map(([name, value]) => [
        name,
        typeof value === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value) ? jwt : value,
      ]);
      assert.deepEqual(shown, parameters);
      const shownHeaders = Object.entries(added.headers).map(([name, value]) => [
        name,
        value.replace(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/, `Bearer ${jwt}`),
      ]);
      assert.deepEqual(Object.fromEntries(shownHeaders), headers);
      assert.deepEqual(
        added.announced,
        parameters.map(([name]) => name),
      );
      assert.deepEqual(added.announcedHeaders, Object.keys(headers));
    });
  }

  test('only the client if nothing else is requested', async () => {
    const given = { ...withSecret, 'id-token-as': 'subject_token' };
    const { parameters } = await add(
      { ...given, 'client-auth-method': 'client_secret_post' },
      listClientProofs,
    );
    assert.deepEqual(parameters, [id, ['client_secret', secret]]);
  });
});

describe('a JWT that is signed', () => {
  const usual = {
    aud: tokenUrl,
    iat: Math.floor(now / 1000),
    exp: Math.floor(now / 1000) + 60,
    jti: 'uuid-1',
  };

  test('is about the client and for the token endpoint', async () => {
    const { header, claims } = await sendJwt('client_assertion', withKey);
    assert.deepEqual(claims, { iss: 'ci-client', sub: 'ci-client', ...usual });
    assert.deepEqual(header, { alg: 'ES256', typ: 'JWT' });
  });

  test('names only its issuer in the header, and is a minute old because clocks differ', async () => {
    const given = { ...client, ...grant, 'private-key-as': 'bearer' };
    const { headers } = await add(given);
    const [, payload = ''] = (headers['authorization'] ?? '').split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    assert.deepEqual(claims, { iss: 'ci-client', ...usual, iat: usual.iat - 60 });
  });

  test('is for the issuer, with its last slash, if an issuer is given', async () => {
    const { claims } = await sendJwt('client_assertion', { ...withKey, issuer });
    assert.equal(claims.aud, issuer);
  });

  test('is for the audience of assertion-audience before both', async () => {
    for (const place of [{}, { issuer }]) {
      const given = { ...withKey, ...place, 'assertion-audience': 'https://aud.example.com' };
      assert.equal(
        (await sendJwt('client_assertion', given)).claims.aud,
        'https://aud.example.com',
      );
    }
  });

  test('has the claims of assertion-claims before all others', async () => {
    const given = { ...withKey, 'assertion-claims': 'sub=\nscope=a b\naud=x\niss=me' };
    const { claims } = await sendJwt('client_assertion', given);
    assert.deepEqual(claims, { ...usual, iss: 'me', aud: 'x', scope: 'a b' });
  });

  test('names the key and is signed with the requested algorithm', async () => {
    const given = {
      ...client,
      'private-key': rsa,
      'private-key-id': 'key-1',
      'signing-algorithm': 'PS512',
    };
    const { header } = await sendJwt('client_assertion', given, rsa);
    assert.deepEqual(header, { alg: 'PS512', typ: 'JWT', kid: 'key-1' });
  });

  test('is signed with the secret for client_secret_jwt, with HS256 by default', async () => {
    const given = { ...withSecret, 'client-auth-method': 'client_secret_jwt' };
    const { header, claims } = await sendJwt('client_assertion', given, secret);
    assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' });
    assert.deepEqual(claims, { iss: 'ci-client', sub: 'ci-client', ...usual });
    const other = { ...given, 'signing-algorithm': 'HS384', issuer };
    const longer = await sendJwt('client_assertion', other, secret);
    assert.deepEqual([longer.header.alg, longer.claims.aud], ['HS384', issuer]);
  });

  test('is a new one for each request, and hidden before it is sent', async () => {
    for (const [given, name] of [
      [withKey, 'client_assertion'],
      [{ ...client, ...grant }, 'assertion'],
      [{ ...withSecret, 'client-auth-method': 'client_secret_jwt' }, 'client_assertion'],
    ] as const) {
      const added = await addTimes(2, given);
      const sent = added.map(({ parameters }) => new Map(parameters).get(name));
      assert.equal(new Set(sent).size, 2);
      assert.deepEqual(added[1]?.hidden, sent);
    }
  });

  test('hides nothing if there is none', async () => {
    assert.deepEqual((await add(withSecret)).hidden, []);
  });
});

test('a new ID token is requested for each request', async () => {
  for (const as of ['client_assertion', 'assertion', 'subject_token']) {
    const added = await addTimes(2, { 'id-token-as': as });
    const sent = added.map(({ parameters }) => new Map(parameters).get(as));
    assert.deepEqual(sent, ['id-token-1', 'id-token-2']);
  }
});

describe('a signed grant is from and about', () => {
  const google = { 'private-key': writeGoogleKeyFile(rsa), 'private-key-as': 'assertion' };
  const zitadel = { 'private-key': writeZitadelKeyFile(rsa), 'private-key-as': 'assertion' };
  const account = 'ci@acme-prod.iam.gserviceaccount.com';
  const rows: readonly [
    what: string,
    given: Given,
    iss: string | undefined,
    sub: string | undefined,
    key: string,
  ][] = [
    ['the client', { ...client, ...grant }, 'ci-client', 'ci-client', pem],
    [
      'whom assertion-claims name',
      { ...grant, 'assertion-claims': 'iss=the-key\nsub=ci@acme.example' },
      'the-key',
      'ci@acme.example',
      pem,
    ],
    [
      'the client and another subject',
      { ...client, ...grant, 'assertion-claims': 'sub=ci@acme.example' },
      'ci-client',
      'ci@acme.example',
      pem,
    ],
    [
      'the client and no subject',
      { ...client, ...grant, 'assertion-claims': 'sub=' },
      'ci-client',
      undefined,
      pem,
    ],
    ["the account of Google's key file, and no subject", google, account, undefined, rsa],
    [
      "the client-id if there is also Google's key file, and still no subject",
      { ...google, ...client },
      'ci-client',
      undefined,
      rsa,
    ],
    [
      "a subject that assertion-claims add to Google's key file",
      { ...google, 'assertion-claims': 'sub=user@acme.example' },
      account,
      'user@acme.example',
      rsa,
    ],
    ["the user of Zitadel's key file", zitadel, '42', '42', rsa],
    [
      "the client-id if there is also Zitadel's key file",
      { ...zitadel, ...client },
      'ci-client',
      'ci-client',
      rsa,
    ],
  ];
  for (const [what, given, iss, sub, key] of rows) {
    test(what, async () => {
      const { claims } = await sendJwt('assertion', given, key);
      assert.deepEqual([claims.iss, claims.sub, claims.aud], [iss, sub, tokenUrl]);
    });
  }

  test('a key that the file names', async () => {
    const kid = async (given: Given): Promise<string | undefined> =>
      (await sendJwt('assertion', given, rsa)).header.kid;
    assert.equal(await kid(google), 'google-key-1');
    assert.equal(await kid(zitadel), 'zitadel-key-1');
    assert.equal(await kid({ ...google, 'private-key-id': 'mine' }), 'mine');
  });
});

describe('the header x5t#S256', () => {
  /** Computed from the certificate's DER in another way than the code does. */
  const thumbprint = async (): Promise<string> => {
    const der = Buffer.from(own.certificate.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    return Buffer.from(await crypto.subtle.digest('SHA-256', der)).toString('base64url');
  };
  const certified = (): Given => ({
    ...client,
    'private-key': own.key,
    'client-certificate': own.certificate,
  });

  test('is of the certificate that is given with a key that authenticates the client', async () => {
    const { header } = await sendJwt('client_assertion', certified(), own.key);
    assert.deepEqual(header, { alg: 'ES256', typ: 'JWT', 'x5t#S256': await thumbprint() });
  });

  test('is of the certificate that is given with a key that signs the grant', async () => {
    const given = { ...certified(), 'private-key-as': 'assertion' };
    const { header } = await sendJwt('assertion', given, own.key);
    assert.equal(header['x5t#S256'], await thumbprint());
  });

  test('is not there if the certificate belongs to another key', async () => {
    const given = { ...withTls(), ...grant, 'client-auth-method': 'tls_client_auth' };
    assert.equal((await sendJwt('assertion', given)).header['x5t#S256'], undefined);
  });

  test('is there if TLS uses the same key', async () => {
    const given = { ...certified(), 'client-key': own.key };
    const { header } = await sendJwt('client_assertion', given, own.key);
    assert.equal(header['x5t#S256'], await thumbprint());
    assert.ok(showsCertificate(read(given)));
  });
});

describe('on TLS', () => {
  test('a client with a certificate and its key shows it', () => {
    for (const method of ['', 'tls_client_auth', 'self_signed_tls_client_auth']) {
      const inputs = read({ ...withTls(), 'client-auth-method': method });
      assert.equal(showsCertificate(inputs), true);
      assert.deepEqual(makeTlsIdentity(inputs), {
        certificate: own.certificate.trim(),
        key: own.key,
      });
    }
  });

  test('a client shows it together with every other proof too', () => {
    const tls = { 'client-certificate': own.certificate, 'client-key': own.key };
    const others: readonly Given[] = [
      withSecret,
      { ...withSecret, 'client-auth-method': 'client_secret_jwt' },
      { ...client, 'private-key': pem },
      { ...client, 'private-key': pem, 'private-key-as': 'assertion' },
      { ...client, 'client-auth-method': 'none' },
      ...['client_assertion', 'assertion', 'subject_token'].map((as) => ({ 'id-token-as': as })),
    ];
    for (const given of others) {
      const identity = { certificate: own.certificate.trim(), key: own.key };
      assert.deepEqual(makeTlsIdentity(read({ ...given, ...tls })), identity);
    }
  });

  test('a client shows no certificate that is only named in a JWT', () => {
    const given = { ...client, 'private-key': own.key, 'client-certificate': own.certificate };
    assert.equal(showsCertificate(read(given)), false);
    assert.deepEqual(makeTlsIdentity(read(given)), {});
  });

  test('other clients show no certificate, and trust the given certificates', () => {
    assert.equal(showsCertificate(read(withSecret)), false);
    assert.deepEqual(makeTlsIdentity(read(withSecret)), {});
    assert.deepEqual(makeTlsIdentity(read({ ...withSecret, 'ca-certificate': authority })), {
      ca: authority,
    });
    assert.deepEqual(makeTlsIdentity(read({ ...withTls(), 'ca-certificate': authority })), {
      ca: authority,
      certificate: own.certificate.trim(),
      key: own.key,
    });
  });

  test('the secrets are those of the key as TLS gets it, for every form of the key', () => {
    const jwk = JSON.stringify(createPrivateKey(own.key).export({ format: 'jwk' }));
    const lines = own.key.split('\n').filter((line) => !/^$|-----/.test(line));
    assert.ok(lines.length > 1);
    for (const key of [own.key, jwk]) {
      const secrets = listTlsSecrets(read({ ...withTls(), 'client-key': key }));
      assert.deepEqual(
        lines.filter((line) => !secrets.includes(line)),
        [],
      );
    }
    assert.deepEqual(listTlsSecrets(read(withSecret)), []);
  });
});
