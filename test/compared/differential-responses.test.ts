/**
 * Compares how answers, Basic and signed JWTs are read with implementations by other people: oauth4webapi and jose. If
 * this action reads an answer differently on purpose, the answer is adapted for the other side. The list of adaptations
 * is the list of intended differences. Everything else must give the same result.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';

import { decodeJwt, decodeProtectedHeader, importPKCS8, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';

import { parseTokenResponse } from '../../src/oauth2/token-response.ts';
import { encodeBasic } from '../../src/oauth2/client-authentication.ts';
import { type Assertion, signAssertion } from '../../src/oauth2/client-assertion.ts';
import { TokenError } from '../../src/oauth2/errors.ts';
import { readSigningKey } from '../../src/oauth2/keys/signing-key.ts';
import fc from '../support/making/fast-check.ts';

const server: oauth.AuthorizationServer = {
  issuer: 'https://login.example.com',
  token_endpoint: 'https://login.example.com/token',
};
const client: oauth.Client = { client_id: 'ci-client' };
const sentAt = Date.UTC(2026, 0, 31, 11);

type Members = Readonly<Record<string, unknown>>;

/** An answer before it is written as bytes. */
interface Answer {
  readonly status: number;
  readonly type: string;
  readonly format: 'json' | 'form';
  readonly members: Members;
}

/** The result of an implementation for an answer. */
type Outcome =
  | {
      readonly token: string;
      /** In lower case. */
      readonly type: string;
      readonly expiresIn: number | undefined;
      readonly scopes: readonly string[] | undefined;
      readonly refreshToken: string | undefined;
    }
  | { readonly error: string; readonly description: string | undefined }
  | 'refused';

/** An intended difference: what the action reads differently from oauth4webapi, and why. */
interface Difference {
  readonly what: string;
  readonly why: string;
  readonly adapt: (answer: Answer) => Answer;
}

/** Sets fields of an answer, or removes those that are undefined. */
function change(answer: Answer, members: Members): Answer {
  const all = Object.entries({ ...answer.members, ...members });
  return {
    ...answer,
    members: Object.fromEntries(all.filter(([, value]) => value !== undefined)),
  };
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

const end = sentAt + 3_600_000;
/** One hour after the request, in every form that is read. */
const laterTimes = [
  new Date(end).toISOString(),
  new Date(end).toISOString().replace('T', ' '),
  end,
  end / 1000,
  String(end),
  String(end / 1000),
];
const encodePart = (part: object): string =>
  Buffer.from(JSON.stringify(part)).toString('base64url');
const jwt = `${encodePart({ alg: 'none' })}.${encodePart({ exp: end / 1000 })}.`;

/** In the order in which they are adapted. */
const differences: readonly Difference[] = [
  {
    what: 'a form is read like JSON',
    why: 'older servers answer so, GitHub among them',
    adapt: (answer) => ({ ...answer, format: 'json' }),
  },
  {
    what: 'an error can be an object with a code',
    why: 'the APIs of Google and others nest it, and its code is what a person needs',
    adapt: (answer) => {
      const { error } = answer.members;
      if (typeof error !== 'object' || error === null || Array.isArray(error)) return answer;
      const { code, message } = error as { code?: unknown; message?: unknown };
      const description = answer.members['error_description'];
      return change(answer, {
        error: isFilled(code) ? code : 'unnamed error',
        error_description: isFilled(description) ? description : message,
      });
    },
  },
  {
    what: 'an error counts with any status but a redirect, 200 too',
    why: 'Slack and others answer 200 with an error; with 5xx its code still tells what to do',
    adapt: (answer) => {
      const redirects = answer.status >= 300 && answer.status < 400;
      return isFilled(answer.members['error']) && !redirects ? { ...answer, status: 400 } : answer;
    },
  },
  {
    what: 'the content type does not matter for an error',
    why: 'many servers label JSON as text/html or not at all',
    adapt: (answer) => (isSuccess(answer) ? answer : { ...answer, type: 'application/json' }),
  },
  {
    what: 'any 2xx is a success',
    why: '201 with a token is seen in the wild, and nothing else could be meant',
    adapt: (answer) => (isSuccess(answer) ? { ...answer, status: 200 } : answer),
  },
  {
    what: 'a token with characters outside %x20-7E is refused',
    why: 'RFC 6749 appendix A.12 allows none, and a line break would be an injection into a later step',
    adapt: (answer) => {
      const token = answer.members['access_token'];
      const bad = typeof token === 'string' && !/^[\x20-\x7e]*$/.test(token);
      return bad ? change(answer, { access_token: '' }) : answer;
    },
  },
  {
    what: 'a token type that is missing or no text is Bearer',
    why: 'several providers leave it out, against RFC 6749 section 5.1, and their tokens are bearer tokens',
    adapt: (answer) =>
      isFilled(answer.members['token_type']) ? answer : change(answer, { token_type: 'Bearer' }),
  },
  {
    what: 'a lifetime that is no positive number is not known, and a fraction is dropped',
    why: 'the token is good all the same; what is not known is not cached',
    adapt: (answer) => {
      const written = answer.members['expires_in'];
      const numeric = typeof written === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(written);
      const seconds = typeof written === 'number' || numeric ? Math.floor(Number(written)) : 0;
      const years = seconds / 86_400 / 366;
      const known = seconds > 0 && years < 7900;
      return change(answer, { expires_in: known ? seconds : undefined });
    },
  },
  {
    what: 'a lifetime that is not known follows from expires_at, else from the claim exp of a JWT',
    why: 'many servers name the time at which a token expires instead',
    adapt: (answer) => {
      const { expires_in, expires_at, access_token } = answer.members;
      if (expires_in !== undefined) return answer;
      const isKnown = laterTimes.some((time) => time === expires_at) || access_token === jwt;
      return isKnown ? change(answer, { expires_in: 3600 }) : answer;
    },
  },
  {
    what: 'scopes can be a list, or a text with commas or semicolons; anything else, and a text without any, names none',
    why: 'Twitch sends a list and Slack commas; RFC 6749 section 3.3 wants at least one scope',
    adapt: (answer) => {
      const { scope } = answer.members;
      const texts = Array.isArray(scope) ? scope.filter((one) => typeof one === 'string') : scope;
      const joined = Array.isArray(texts) ? texts.join(' ') : texts;
      if (typeof joined !== 'string') return change(answer, { scope: undefined });
      const spaced = joined.replaceAll(/[\s,;]+/g, ' ').trim();
      return change(answer, { scope: spaced === '' ? undefined : spaced });
    },
  },
  {
    what: 'a refresh token that is empty or no text is none',
    why: 'the access token is good all the same',
    adapt: (answer) =>
      isFilled(answer.members['refresh_token'])
        ? answer
        : change(answer, { refresh_token: undefined }),
  },
  {
    what: 'an ID token is not verified',
    why: 'the action hands it on and believes nothing that it says; who uses it verifies it',
    adapt: (answer) => change(answer, { id_token: undefined }),
  },
];

/** Writes an answer as bytes. A form has only texts. */
function write({ format, members }: Answer): Buffer {
  if (format === 'json') return Buffer.from(JSON.stringify(members));
  return Buffer.from(new URLSearchParams(Object.entries(members).map(toTexts)).toString());
}

function toTexts([name, value]: [string, unknown]): [string, string] {
  return [name, typeof value === 'string' ? value : JSON.stringify(value)];
}

/** The result of this action for an answer. */
function read(answer: Answer): Outcome {
  const { status, type } = answer;
  const headers = { 'content-type': type };
  try {
    const { accessToken, scopes, refreshToken } = parseTokenResponse(
      { status, statusText: '', headers, body: write(answer) },
      { sentAt, now: sentAt },
    );
    const { token, tokenType } = accessToken;
    const expiresIn = accessToken.expiresIn(sentAt);
    return { token, type: tokenType.toLowerCase(), expiresIn, scopes, refreshToken };
  } catch (error) {
    assert.ok(error instanceof TokenError);
    if (error.oauthError === undefined || error.code === 'redirect') return 'refused';
    const { error: code, description } = error.oauthError;
    return { error: code, description };
  }
}

/** The result of oauth4webapi. It needs the names of types other than bearer. */
async function readByOracle(answer: Answer): Promise<Outcome> {
  const { status, type, members } = answer;
  const response = new Response(write(answer), { status, headers: { 'content-type': type } });
  const named = members['token_type'];
  const recognizedTokenTypes = isFilled(named) ? { [named.toLowerCase()]: () => undefined } : {};
  try {
    const result = await oauth.processClientCredentialsResponse(server, client, response, {
      recognizedTokenTypes,
    });
    return {
      token: result.access_token,
      type: result.token_type,
      expiresIn: result.expires_in,
      scopes: result.scope?.split(/\s+/).filter((one) => one !== ''),
      refreshToken: result.refresh_token,
    };
  } catch (error) {
    if (!(error instanceof oauth.ResponseBodyError)) return 'refused';
    const { error: code, error_description: description } = error;
    return { error: code, description: isFilled(description) ? description : undefined };
  }
}

/** Adapts an answer for oauth4webapi, by all differences except one. */
function adapt(answer: Answer, leftOut?: Difference): Answer {
  return differences
    .filter((difference) => difference !== leftOut)
    .reduce((adapted, difference) => difference.adapt(adapted), answer);
}

const odd = fc.constantFrom<unknown>(null, true, 0, -1, '', [], {}, ['read'], { code: 'x' });
const lifetimes = fc.oneof(
  fc.integer({ min: 1, max: 10 ** 6 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom<unknown>('3600', ' 60 ', '59.9', '60 s', '1e3', '-5', 'soon', 1e300, 0.5),
  odd,
);
const scopes = fc.oneof(
  fc.constantFrom<unknown>('read', 'read write', ' read  write ', 'read,write', 'a,b c', ''),
  fc.array(fc.constantFrom<unknown>('read', 'write', 1), { maxLength: 3 }),
  odd,
);
const printable = fc.stringMatching(/^[\x20-\x7e]{1,20}$/);
const tokens = fc.oneof(
  { weight: 8, arbitrary: printable },
  { weight: 1, arbitrary: fc.constant(jwt) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('a\nb', 'caf\u00e9', '\u0000') },
  { weight: 1, arbitrary: odd },
);
const members = fc.record(
  {
    access_token: tokens,
    token_type: fc.oneof(fc.constantFrom<unknown>('Bearer', 'bearer', 'DPoP', 'N_A'), odd),
    expires_in: lifetimes,
    expires_at: fc.constantFrom<unknown>(...laterTimes, 3600, '2026-01-31T10:00:00Z', 'soon', null),
    scope: scopes,
    refresh_token: fc.oneof(printable, odd),
    id_token: fc.constantFrom<unknown>('a.b.c', ''),
    instance_url: fc.constant('https://acme.example.com'),
  },
  { requiredKeys: ['access_token'] },
);
const errors = fc.record(
  {
    error: fc.oneof(
      fc.constantFrom<unknown>('invalid_client', 'server_error', { code: 'denied', message: 'No' }),
      odd,
    ),
    error_description: fc.oneof(printable, odd),
    access_token: printable,
    token_type: fc.constant('Bearer'),
  },
  { requiredKeys: ['error'] },
);
const answers: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    { weight: 3, arbitrary: fc.constantFrom(400, 401) },
    fc.constantFrom(201, 202, 299, 302, 403, 404, 408, 429, 500, 502, 503),
  ),
  type: fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/html'),
  format: fc.constantFrom('json', 'json', 'form'),
  members: fc.oneof({ weight: 3, arbitrary: members }, { weight: 2, arbitrary: errors }),
});

describe('an answer', () => {
  /** A form can only have texts, so both sides get texts. */
  const texted = answers.map((answer): Answer => {
    if (answer.format === 'json') return answer;
    return { ...answer, members: Object.fromEntries(Object.entries(answer.members).map(toTexts)) };
  });

  test('is read as oauth4webapi reads it, except for the intended differences', async () => {
    await fc.assert(
      fc.asyncProperty(texted, async (answer) => {
        assert.deepEqual(read(answer), await readByOracle(adapt(answer)));
      }),
      { numRuns: 3000 },
    );
  });

  for (const difference of differences) {
    test(`makes a difference if ${difference.what}: ${difference.why}`, async () => {
      for (const answer of fc.sample(texted, { numRuns: 3000, seed: 1 })) {
        const theirs = await readByOracle(adapt(answer, difference));
        const ours = read(answer);
        try {
          assert.deepEqual(ours, theirs);
        } catch {
          return;
        }
      }
      assert.fail('it makes none any more; take it from the list');
    });
  }
});

describe('Basic', () => {
  const wellFormed = fc
    .oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }))
    .filter((text) => text.isWellFormed());

  /** Undoes application/x-www-form-urlencoded, as a server does. */
  function decode(header: string): string[] {
    const text = Buffer.from(header, 'base64').toString();
    assert.equal(text.split(':').length, 2);
    return text.split(':').map((part) => new URLSearchParams(`x=${part}`).get('x') ?? '');
  }

  test('has the same id and secret as that of oauth4webapi, with any characters', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (id, secret) => {
        const headers = new Headers();
        const theirs = oauth.ClientSecretBasic(secret);
        void theirs(server, { client_id: id }, new URLSearchParams(), headers);
        const header = (headers.get('authorization') ?? '').replace('Basic ', '');
        const ours = encodeBasic(id, secret, 'form');
        assert.deepEqual(decode(ours), [id, secret]);
        assert.deepEqual(decode(ours), decode(header));
      }),
      { numRuns: 500 },
    );
  });

  test('does not encode letters, digits and *-._ as oauth4webapi does, because some servers do not decode', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w*.-]{1,20}$/), (plain) => {
        assert.equal(
          Buffer.from(encodeBasic(plain, plain, 'form'), 'base64').toString(),
          `${plain}:${plain}`,
        );
      }),
    );
  });
});

describe('a signed JWT', () => {
  const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((id) => {
    return id.isWellFormed();
  });

  /** The JWT that oauth4webapi sends for a client. */
  async function signByOracle(id: string, method: oauth.ClientAuth): Promise<string> {
    const body = new URLSearchParams();
    await method(server, { client_id: id }, body, new Headers());
    assert.equal(body.get('client_id'), id);
    return body.get('client_assertion') ?? '';
  }

  const context = { now: Date.now, randomUUID: () => 'an-id' };
  const assertionOf = (id: string): Assertion => {
    return { issuer: id, subject: id, audience: server.issuer, claims: [] };
  };

  /** Times and ids differ from one JWT to another, and this action sends no `nbf`: the clocks of servers differ. */
  function withoutTimes(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
    assert.equal(typeof claims['jti'], 'string');
    assert.equal(Number(claims['exp']) - Number(claims['iat']), 60);
    const passing = ['iat', 'exp', 'nbf', 'jti'];
    return Object.fromEntries(Object.entries(claims).filter(([name]) => !passing.includes(name)));
  }

  test('by a secret says the same as that of oauth4webapi, and jose verifies it', async () => {
    await fc.assert(
      fc.asyncProperty(ids, ids, async (id, secret) => {
        const signer = { kind: 'secret', secret, algorithm: 'HS256' } as const;
        const ours = signAssertion(assertionOf(id), signer, context);
        const { payload } = await jwtVerify(ours, Buffer.from(secret), { issuer: id });
        const theirs = decodeJwt(await signByOracle(id, oauth.ClientSecretJwt(secret)));
        assert.deepEqual(withoutTimes(payload), withoutTimes(theirs));
      }),
    );
  });

  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  };
  for (const [algorithm, { privateKey, publicKey }] of Object.entries(pairs)) {
    test(`by a key says the same as that of oauth4webapi, and jose verifies it: ${algorithm}`, async () => {
      const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
      const theirKey = await importPKCS8(pem, algorithm);
      const keyIds = fc.stringMatching(/^[\w.-]{1,12}$/);
      await fc.assert(
        fc.asyncProperty(ids, keyIds, async (id, keyId) => {
          const key = readSigningKey(pem, { algorithm: undefined, keyId });
          const ours = signAssertion(assertionOf(id), { kind: 'key', key }, context);
          const { payload, protectedHeader } = await jwtVerify(ours, publicKey, { issuer: id });
          const method = oauth.PrivateKeyJwt({ key: theirKey, kid: keyId });
          const theirs = await signByOracle(id, method);
          assert.deepEqual(withoutTimes(payload), withoutTimes(decodeJwt(theirs)));
          // RFC 7519 section 5.1: the type is optional, and some servers require it.
          const { typ, alg, ...rest } = protectedHeader;
          const { alg: theirAlg, ...theirRest } = decodeProtectedHeader(theirs);
          assert.equal(typ, 'JWT');
          // RFC 9864 has a separate name for EdDSA with this curve, which few servers know.
          assert.equal(alg, theirAlg === 'Ed25519' ? 'EdDSA' : theirAlg);
          assert.deepEqual(rest, theirRest);
        }),
        { numRuns: 50 },
      );
    });
  }
});
