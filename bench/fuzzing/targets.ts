/** The two parsers that read untrusted bytes, and the laws for all their inputs. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { dropSecretFields, listSecretValues } from '../../src/inputs/secret-names.ts';
import { decompressArchive } from '../../src/cache/archive.ts';
import { openEntry } from '../../src/cache/entry.ts';
import { compressions } from '../../src/cache/service.ts';
import { parseAcsResponse } from '../../src/oauth2/acs-api.ts';
import { readWords } from '../../src/oauth2/answer/words.ts';
import { writeExactJson } from '../../src/oauth2/json/exact-json.ts';
import { TokenError } from '../../src/oauth2/errors.ts';
import {
  parseResponseFields,
  type ResponseFields,
} from '../../src/oauth2/response/response-fields.ts';
import {
  parseTokenResponse,
  readLocation,
  type TokenResponse,
} from '../../src/oauth2/token-response.ts';
import { lastZuluTime } from '../../src/oauth2/zulu-time.ts';

/** What is fuzzed. */
export interface Target {
  /** The folder of its corpus, below test/corpus/. */
  readonly name: 'response' | 'entry';
  /** Runs the parsers on an input; throws an AssertionError, or another error, if a law is broken. */
  readonly run: (input: Buffer) => void | Promise<void>;
  /** The longest input that is made, in bytes. */
  readonly longest: number;
  /** What inputs are made of, in addition to the corpus. */
  readonly dictionary: readonly Buffer[];
}

/** Places of the token and of its other fields, the standard ones first. */
const everyFields: readonly ResponseFields[] = [
  {},
  { access_token: '.' },
  { access_token: '0.access_token', expires_at: '0.expires_at', refresh_token: '0.refresh_token' },
  {
    access_token: 'a.0',
    expires_in_ms: 'a.expires_in',
    id_token: 'id_token.a',
    scope: '__proto__',
  },
  { access_token: 'id_token', expires_in_ms: 'expires_in', refresh_token: 'error.a' },
];

const sentAt = Date.UTC(2026, 0, 31, 11);
const now = sentAt + 2000;

/** Reads an answer in one of the ways that the action has. */
function runResponse(body: Buffer): void {
  // A header is a line of Latin-1.
  const line = body.toString('latin1', 0, 200).replace(/[\r\n\0]/g, '');
  const headers = {
    ...{ 'retry-after': line, location: line, 'content-type': line },
    ...{ server: line, 'www-authenticate': line, 'x-squid-error': line },
  };
  // A path that is made of the bytes themselves.
  const { fields: written } = parseResponseFields(`access_token=${line}\nexpires_at=${line}.0`);
  const places = [...everyFields, written].map((fields): typeof parseAcsResponse => {
    return (response, context) => parseTokenResponse(response, { ...context, fields });
  });
  const ways = [...places, parseAcsResponse];
  // One way for each input: all of them would take ten times as long. The same input goes the same way again.
  const parse = ways[body.length % ways.length] ?? parseAcsResponse;
  for (const status of [200, 302, 400]) {
    try {
      const response = { status, statusText: '', headers, body };
      const read = parse(response, { sentAt, now });
      assert.equal(status, 200, 'a failure is a token');
      checkToken(read);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      checkError(error, status);
    }
  }
}

function checkToken({ accessToken, others, issuedAt, scopes }: TokenResponse): void {
  const { token, tokenType, expiresAt } = accessToken;
  assert.match(token, /^[\x20-\x7e]+$/);
  assert.notEqual(tokenType, '');
  const expiry = expiresAt?.getTime() ?? sentAt;
  assert.ok(
    expiry >= -62_167_219_200_000 && expiry <= lastZuluTime,
    'the expiry cannot be written',
  );
  assert.equal(issuedAt, sentAt);
  assert.ok(scopes === undefined || scopes.every((scope) => typeof scope === 'string'));
  // The next uses of the response: masks, the output `response`, the entry for the cache.
  assert.ok(listSecretValues(others).every((secret) => secret.length >= 8));
  assert.equal(typeof writeExactJson(others), 'string');
  assert.equal(typeof writeExactJson(dropSecretFields(others)), 'string');
}

function checkError(error: TokenError, status: number): void {
  assert.equal(error.code === 'redirect', status === 302);
  assert.ok(error.retryAfter === undefined || error.retryAfter >= 0);
  assert.doesNotMatch(readLocation(error.location ?? ''), /[?#]/);
  checkWords(error, status);
  if (status === 400 && error.code !== 'oauth_error') assert.equal(error.code, 'http_error');
}

/** What is shown of an answer: one line, and for a success no word that could be the token. */
function checkWords({ answer: { words, code = '' } }: TokenError, status: number): void {
  const line = words === undefined ? '' : readWords(words);
  assert.doesNotMatch(line, /[\r\n]/);
  if (status !== 200) return;
  assert.ok(
    line.split(' ').every((word) => word.trim().length < 20),
    'a long word of a success is shown',
  );
  assert.ok(
    /^[a-z_]+$/.test(code) || code.split(' ').every((word) => word.trim().length < 20),
    'a long code of a success is shown',
  );
}

/** The key with which the entries of the corpus are encrypted. */
export const corpusSealing = {
  key: Buffer.alloc(32, 'the key of the corpus'),
  name: 'oauth2-token-v1-0123456789abcdef0123456789abcdef-0123456789abcdef',
} as const;

/** The token in every entry of the corpus that opens. Bytes made from them cannot give another token. */
export const corpusToken = 'the-token-of-the-corpus';

const largestArchive = 512 * 1024;

/** Looks for an entry in the bytes themselves, and in the decompressed bytes. */
async function runEntry(blob: Buffer): Promise<void> {
  checkOpened(blob);
  await Promise.all(
    compressions.map(async (compression) => {
      const archive = await decompressArchive(blob, compression).catch(requireCode);
      if (archive === undefined) return;
      assert.ok(archive.length <= largestArchive, 'the archive is too large');
      checkOpened(archive);
    }),
  );
}

/** Bytes that cannot be decompressed are reported by an error with a code, as errors of Node are. */
function requireCode(error: unknown): undefined {
  assert.ok(error instanceof Error && 'code' in error, inspect(error));
}

function checkOpened(archive: Buffer): void {
  const opened = openEntry(archive, corpusSealing);
  assert.ok(opened === undefined || opened.accessToken.token === corpusToken);
}

const texts = (...some: readonly string[]): Buffer[] => some.map((text) => Buffer.from(text));

/** Both targets. */
export const targets: readonly Target[] = [
  {
    name: 'response',
    run: runResponse,
    longest: 64 * 1024,
    dictionary: [
      ...texts(
        '"access_token":"',
        '"token_type":',
        '"expires_in":',
        '"scope":',
        '"refresh_token":',
      ),
      ...texts(
        '"id_token":"',
        '"expires_at":"',
        '"error":',
        '"error_description":"',
        '"__proto__":',
      ),
      ...texts('2026-01-31T12:00:00Z', '9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z', '24:00'),
      ...texts(
        '{',
        '}',
        '[',
        ']',
        '[[[[[[[[',
        '{"a":',
        ',',
        ':',
        '"',
        'null',
        'true',
        '""',
        '\\u0000',
      ),
      ...texts(
        '1e308',
        '1e309',
        '-1',
        '0',
        '0.5',
        '9007199254740993',
        '"3600"',
        ' ',
        '\ufeff',
        '\\ud800',
      ),
      ...texts(
        'access_token=',
        '&error=',
        '&expires_in=',
        '%00',
        '%',
        '+',
        '&',
        '=',
        '<html>',
        '\n',
      ),
      ...texts(
        'Sat, 31 Jan 2026 12:00:30 GMT',
        'Saturday, 31-Jan-26 12:00:30 GMT',
        '60',
        '//',
        '@',
      ),
      ...texts(
        'https://',
        'http:\\\\',
        'user:password@',
        '?',
        '#',
        '/',
        'example.com',
        '_key":"abcdefgh"',
      ),
    ],
  },
  {
    name: 'entry',
    run: runEntry,
    longest: 64 * 1024,
    dictionary: [
      Buffer.from('894f4132544f4b0a', 'hex'),
      ...['0000001c', '0000001b', '000001f4', '7fffffff', '80000000', 'ffffffff', '00000000'].map(
        (hex) => Buffer.from(hex, 'hex'),
      ),
      // The magic numbers of zstd, of its skippable frames and of gzip, and windows of zstd.
      ...[
        '28b52ffd',
        '502a4d18',
        '1f8b08',
        '1f8b0800000000000003',
        '28b52ffd0458',
        '28b52ffd00d8',
      ].map((hex) => Buffer.from(hex, 'hex')),
      Buffer.alloc(512),
      ...texts('token.bin', 'ustar\x0000', '0000644\0', 'PaxHeader'),
    ],
  },
];
