import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';

import fc from '../../test/support/fast-check.ts';

import {
  anyDamage,
  anyInput,
  anyKeyType,
  anyTextAround,
  damageKey,
  writeInput,
} from '../../test/support/damaged-keys.ts';
import { base64, createKeyMistakes, fakeBody, lock } from '../../test/support/key-mistakes.ts';
import {
  createSampleKeys,
  findSample,
  lineBreaks,
  listKeyFiles,
  listPems,
  pemOf,
  toPem,
  type SampleKey,
} from '../../test/support/signing-keys.ts';
import { listPrivateParts } from './private-parts.ts';

const samples = createSampleKeys();
const sampleOf = (keyType: string): SampleKey => findSample(samples, keyType);
const rsa = sampleOf('RSA');
const rsaPem = pemOf(rsa.privateKey);
const mistakes = createKeyMistakes(samples);

const ed25519Jwk = sampleOf('Ed25519').privateKey.export({ format: 'jwk' });

/** The lines of base64 in a key's PEMs. */
function listLines(key: KeyObject): string[] {
  return Object.values(listPems(key))
    .flatMap((pem) => pem.split('\n'))
    .filter((line) => line.length >= 8 && !line.startsWith('-'));
}

/** What the runner leaves of a text. */
function mask(text: string, parts: readonly string[]): string {
  const longestFirst = [...parts].sort((one, other) => other.length - one.length);
  return longestFirst.reduce((masked, part) => masked.replaceAll(part, '***'), text);
}

describe('the private parts', () => {
  const lines = rsaPem.trim().split('\n').slice(1, -1);

  test('of a PEM are its lines of base64, and these in a row', () => {
    assert.deepEqual(listPrivateParts(rsaPem).sort(), [...lines, lines.join('')].sort());
  });

  test('of a PEM are the same however its lines are broken', () => {
    for (const [name, rewrite] of Object.entries(lineBreaks)) {
      const parts = listPrivateParts(rewrite(rsaPem));
      assert.deepEqual(parts.sort(), [...lines, lines.join('')].sort(), name);
    }
  });

  test('of a PEM do not have a last line of fewer than 8 characters', () => {
    const pem = toPem('PRIVATE KEY', `${'A'.repeat(64)}BBBB===`);
    assert.deepEqual(listPrivateParts(pem), ['A'.repeat(64), `${'A'.repeat(64)}BBBB===`]);
    assert.deepEqual(listPrivateParts(toPem('PRIVATE KEY', `${'A'.repeat(64)}BBBBBBB=`)), [
      'A'.repeat(64),
      'BBBBBBB=',
      `${'A'.repeat(64)}BBBBBBB=`,
    ]);
  });

  test('of an encrypted PEM are its lines without the headers', () => {
    const pem = rsa.privateKey.export({ format: 'pem', type: 'pkcs1', ...lock }).toString();
    const body = pem.trim().split('\n').slice(4, -1);
    for (const text of [pem, pem.replaceAll('\n', '\\n'), pem.replaceAll('\n', ' ')]) {
      assert.deepEqual(listPrivateParts(text).sort(), [...body, body.join('')].sort());
    }
  });

  test('of a PEM do not include the text around it', () => {
    const text = `Bag Attributes\n    friendlyName: deployment\n${rsaPem}\nfarewell-to-all\n`;
    assert.deepEqual(listPrivateParts(text), listPrivateParts(rsaPem));
  });

  test('of a JWK are its private members', () => {
    const jwk = rsa.privateKey.export({ format: 'jwk' });
    const { d, p, q, dp, dq, qi } = jwk;
    assert.deepEqual(listPrivateParts(JSON.stringify(jwk)).sort(), [d, p, q, dp, dq, qi].sort());
    const ed = JSON.stringify({ ...ed25519Jwk, kid: 'deployment-key', alg: 'EdDSA' }, undefined, 2);
    assert.deepEqual(listPrivateParts(ed), [ed25519Jwk.d]);
    assert.deepEqual(listPrivateParts(`{"kty":"oct","k":"${fakeBody}"}`), [fakeBody]);
    const oth = '{"kty":"RSA","oth":[{"r":"rrrrrrrr","d":"dddddddd","t":"tttttttt"}]}';
    assert.deepEqual(listPrivateParts(oth), ['rrrrrrrr', 'dddddddd', 'tttttttt']);
  });

  test('of a key file are the lines, and the key as it is written there', () => {
    for (const file of Object.values(listKeyFiles(rsaPem))) {
      const parts = listPrivateParts(file);
      const written = /"(?:private_)?key":\s*"([^"]*)"/.exec(file)?.[1] ?? '';
      for (const part of [...lines, lines.join(''), written]) assert.ok(parts.includes(part));
      for (const part of parts) assert.match(part, /^[^{"@:]{8,}$/);
    }
  });

  test('of base64 of a key are its lines, and those of the key', () => {
    const text = base64(rsaPem).replace(/.{76}/g, '$&\n');
    const parts = listPrivateParts(text);
    // The last line of the text may be too short.
    for (const line of [...text.split('\n').slice(0, -1), ...lines]) {
      assert.ok(parts.includes(line));
    }
    const members = listPrivateParts(base64(JSON.stringify(ed25519Jwk)));
    assert.deepEqual(members, [base64(JSON.stringify(ed25519Jwk)), ed25519Jwk.d]);
  });

  test('of JSON of another form are what is long and like base64', () => {
    const file = '{"type":"authorized_user","refresh_token":"1//a-refresh-token-of-google"}';
    assert.deepEqual(listPrivateParts(file), ['1//a-refresh-token-of-google']);
    assert.deepEqual(listPrivateParts(file.slice(0, -5)), ['1//a-refresh-token-of-goo']);
  });

  test('of what is no key at all are its lines', () => {
    assert.deepEqual(listPrivateParts('a passphrase, perhaps\nshort\n'), [
      'a passphrase, perhaps',
      'apassphrase,perhapsshort',
    ]);
    assert.deepEqual(listPrivateParts(''), []);
    assert.deepEqual(listPrivateParts('{}'), []);
    assert.deepEqual(listPrivateParts('{'), []);
  });

  test('of everything that is refused leave nothing of its base64', () => {
    for (const [name, input] of mistakes) {
      if (name.includes('public')) continue;
      const left = mask(input, listPrivateParts(input)).match(/[A-Za-z0-9+/]{64,}/g) ?? [];
      const open = left.filter((run) => !findModulus(input).includes(run));
      assert.deepEqual(open, [], name);
    }
  });

  /** The public part of a JWK of RSA in an input. */
  function findModulus(input: string): string {
    return /"n":"([^"]*)/.exec(input)?.[1] ?? '';
  }
});

describe('laws', () => {
  test('the lines of a PEM are masked, whatever its lines are broken by and is around it', () => {
    const breaks = fc.constantFrom(...Object.keys(lineBreaks));
    fc.assert(
      fc.property(
        anyKeyType(samples),
        breaks,
        anyTextAround,
        anyTextAround,
        (keyType, broken, before, after) => {
          const { privateKey } = sampleOf(keyType);
          for (const pem of Object.values(listPems(privateKey))) {
            const text = before + (lineBreaks[broken]?.(pem) ?? '') + after;
            const parts = listPrivateParts(text);
            const lines = pem
              .split('\n')
              .filter((line) => line.length >= 8 && !line.startsWith('-'));
            assert.ok(lines.every((line) => parts.includes(line)));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('no form has a line of base64 that is not masked', () => {
    for (const { privateKey, forms } of samples) {
      for (const [form, text] of Object.entries(forms)) {
        const masked = mask(text, listPrivateParts(text));
        // Lines of the modulus are no secret, and a JWK shows it.
        const shown = listLines(privateKey).filter((line) => masked.includes(line));
        assert.deepEqual(form.includes('JWK') ? [] : shown, [], form);
      }
    }
  });

  test('listing private parts never throws, and lists nothing short, no markers and no JSON', () => {
    fc.assert(
      fc.property(anyInput(samples), (input) => {
        for (const part of listPrivateParts(writeInput(samples, input))) {
          assert.ok(part.length >= 8);
          assert.doesNotMatch(
            part,
            /^-----(?:BEGIN|END) (?:(?:RSA |EC )?PRIVATE KEY|EC PARAMETERS)-----$/,
          );
          assert.doesNotMatch(part, /^\{.*\}$/s);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a damaged key is masked but for pieces of at most 24 characters', () => {
    fc.assert(
      fc.property(anyDamage(samples), (one) => {
        const text = damageKey(samples, one);
        const masked = mask(text, listPrivateParts(text));
        const { privateKey } = sampleOf(one.ofForm.keyType);
        const secret = listSecretText(privateKey);
        const open = listOpenText(privateKey);
        const left = masked.match(/[A-Za-z0-9+/_-]{25,}/g) ?? [];
        const shown = left.filter((run) => {
          return (
            secret.some((text) => text.includes(run)) && !open.some((text) => text.includes(run))
          );
        });
        assert.deepEqual(shown, []);
      }),
      { numRuns: 1000 },
    );
  });

  /** The base64 of a key without line breaks, and the private members of its JWK. */
  function listSecretText(key: KeyObject): string[] {
    const bodies = Object.values(listPems(key)).map((pem) => {
      return pem.replace(/-----.*-----/g, '').replace(/\s/g, '');
    });
    if (key.asymmetricKeyType === 'rsa-pss') return bodies;
    const { d = '', p = '', q = '', dp = '', dq = '', qi = '' } = key.export({ format: 'jwk' });
    return [...bodies, d, p, q, dp, dq, qi];
  }

  /** The public members of its JWK, in both alphabets, for a PEM has them, too. */
  function listOpenText(key: KeyObject): string[] {
    if (key.asymmetricKeyType === 'rsa-pss') return [];
    const { n = '', x = '', y = '' } = key.export({ format: 'jwk' });
    return [n, x, y].flatMap((text) => [text, Buffer.from(text, 'base64url').toString('base64')]);
  }
});
