import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** Pieces of PEM, JSON and escapes that can make a regular expression slow when they are repeated. */
const pieces = [
  '-',
  '\u2014',
  'BEGIN ',
  '-----BEGIN ',
  '-----BEGIN A-----',
  '-----BEGIN A-----\n-----END B-----',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----BEGIN CERTIFICATE-----\n',
  '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  '-----END PRIVATE KEY-----\n',
  'BEGIN A.A B C ',
  '"',
  '"d" ',
  '"d":"',
  '"a',
  '\\',
  '\\r',
  '\\u00',
  'QUJD',
  'A,',
  ' ',
  '{"a":',
];

/** Text before the pieces: none, or the beginning of a private field in JSON. */
const beginnings = ['', '{"d":"'];

/**
 * The size in characters. At this size, an effort that grows with the square takes a minute, and a linear one a second.
 */
const size = 1 << 19;

const script = `
  import { listPrivateParts } from '${new URL('private-parts.ts', import.meta.url).href}';
  import { readSigningKey } from '${new URL('signing-key.ts', import.meta.url).href}';
  import { holdsOnlyCertificates, readCertificates } from '${new URL('../../inputs/certificates.ts', import.meta.url).href}';
  const { pieces, beginnings, size } = JSON.parse(process.argv[1]);
  for (const piece of pieces) {
    console.log(JSON.stringify(piece));
    for (const beginning of beginnings) {
      const input = beginning + piece.repeat(size / piece.length);
      listPrivateParts(input);
      try {
        readSigningKey(input);
      } catch (error) {
        if (error.name !== 'SigningKeyError') throw error;
      }
      holdsOnlyCertificates(input);
      try {
        readCertificates(input);
      } catch (error) {
        if (error.name !== 'CertificateError') throw error;
      }
    }
  }
`;

test('the effort for an input that is not a key does not grow with the square of its length', () => {
  const given = JSON.stringify({ pieces, beginnings, size });
  // A separate process can be ended while a regular expression runs.
  const { error, status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script, given],
    { encoding: 'utf8', timeout: 300_000 },
  );
  assert.equal(error, undefined, `stuck at many times ${stdout.trim().split('\n').at(-1) ?? ''}`);
  assert.equal(status, 0, stderr);
});
