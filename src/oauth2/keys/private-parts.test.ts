import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';

import fc from '../../../test/support/making/fast-check.ts';

import {
  anyDamage,
  anyInput,
  anyKeyType,
  anyTextAround,
  damageKey,
  writeInput,
} from '../../../test/support/tables/damaged-keys.ts';
import {
  base64,
  createKeyMistakes,
  fakeBody,
  lock,
} from '../../../test/support/tables/key-mistakes.ts';
import {
  createSampleKeys,
  findSample,
  lineBreaks,
  listKeyFiles,
  listPems,
  pemOf,
  toPem,
  type SampleKey,
} from '../../../test/support/making/signing-keys.ts';
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

  test('of a PEM are its lines of base64, and these joined', () => {
    assert.deepEqual(listPrivateParts(rsaPem).sort(), [...lines, lines.join('')].sort());
  });

  test('of a PEM are the same with every kind of line break', () => {
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

  test('of a JWK are its private fields', () => {
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

  test('of JSON of another form are what is long and looks like base64', () => {
    const file = '{"type":"authorized_user","refresh_token":"1//a-refresh-token-of-google"}';
    assert.deepEqual(listPrivateParts(file), ['1//a-refresh-token-of-google']);
    assert.deepEqual(listPrivateParts(file.slice(0, -5)), ['1//a-refresh-token-of-goo']);
  });

  test('of a text that is not a key are its lines', () => {
    assert.deepEqual(listPrivateParts('a passphrase, perhaps\nshort\n'), [
      'a passphrase, perhaps',
      'apassphrase,perhapsshort',
    ]);
    assert.deepEqual(listPrivateParts(''), []);
    assert.deepEqual(listPrivateParts('{}'), []);
    assert.deepEqual(listPrivateParts('{'), []);
  });

  test('of a PEM are its lines even if characters were lost or added', () => {
    const begin = '-----BEGIN RSA PRIVATE KEY-----';
    const end = '-----END RSA PRIVATE KEY-----';
    const quoted = `${begin}\nAAAAAAAA"BBBBBBBB"CCCCCCCC'DDDDDDDD\n${end}`;
    assert.deepEqual(listPrivateParts(quoted), [
      'AAAAAAAA',
      'BBBBBBBB',
      'CCCCCCCC',
      'DDDDDDDD',
      'AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD',
    ]);
    for (const line of ['MII.X,AB', '4,ENCRYPTEDAAAA', 'AAAA4,ENCRYPTED', 'DEK-Info:AAAAAAAA']) {
      assert.deepEqual(listPrivateParts(`${begin}\n${line}\n${end}`), [line]);
    }
    assert.deepEqual(listPrivateParts(toPem('PRIVATE KEY', '')), []);
  });

  test('of a PEM in JSON that has lost a line do not include the other fields', () => {
    const before = '{"project_id":"acme-production","private_key":"';
    const after = '","client_email":"ci@example.com"}';
    const beginning = '-----BEGIN PRIVATE KEY-----\\nAAAAAAAA\\nBBBBBBBB';
    const ending = 'AAAAAAAA\\nBBBBBBBB\\n-----END PRIVATE KEY-----';
    const lines = ['AAAAAAAA', 'BBBBBBBB', 'AAAAAAAABBBBBBBB'];
    for (const value of [beginning, ending]) {
      const parts = listPrivateParts(before + value + after);
      assert.deepEqual(parts.sort(), [...lines, value].sort());
    }
  });

  test('of a private field are its lines, without BEGIN and END, as written and decoded', () => {
    const value =
      '-----BEGIN PRIVATE KEY-----\n  AAAAAAAA\r\n\r\nBBBBBBBB \n-----END PRIVATE KEY-----';
    assert.deepEqual(listPrivateParts(`{"key":"${value}"}`), [
      'AAAAAAAA',
      'BBBBBBBB',
      'AAAAAAAABBBBBBBB',
    ]);
    assert.deepEqual(listPrivateParts('{"d":"abc\\u002Fdef\\/ghi\\u002bjkl"}'), [
      'abc\\u002Fdef\\/ghi\\u002bjkl',
      'abc/def/ghi+jkl',
    ]);
    assert.deepEqual(listPrivateParts('{"d":"abcdefgh\\\nijklmnop\\"qrs"}'), [
      'abcdefgh\\',
      'ijklmnop\\"qrs',
    ]);
  });

  test('of damaged JSON are the values of private fields in any spelling', () => {
    const names = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'r', 't', 'key', 'private_key'];
    for (const name of [...names, 'privateKey', 'PRIVATE_KEY', 'D']) {
      for (const text of [`{"${name}":"ab.cd.ef"`, `{'${name}' : 'ab.cd.ef`]) {
        assert.deepEqual(listPrivateParts(text), ['ab.cd.ef'], text);
      }
    }
    for (const name of ['kid', 'n', 'x', 'private_key_id', 'my_key']) {
      assert.deepEqual(listPrivateParts(`{"${name}":"ab.cd.ef"`), []);
    }
  });

  test('of JSON that has lost its beginning are not its lines', () => {
    for (const text of [
      '"a":"ab.cd.ef"}',
      '"a" : "ab.cd.ef"}',
      "'abc':'ab.cd.ef'",
      '\n [ 12345678',
    ]) {
      assert.deepEqual(listPrivateParts(text), []);
    }
  });

  test('of a text with braces or quotes are its lines', () => {
    for (const text of [
      'pass{words}',
      'pass[words]',
      '"a"passwords:',
      'passwords":b',
      '"":passwords',
    ]) {
      assert.deepEqual(listPrivateParts(text), [text]);
    }
  });

  test('of a JWK with white space around it are its private fields', () => {
    const jwk = JSON.stringify(ed25519Jwk, undefined, 2);
    assert.deepEqual(listPrivateParts(`\n  ${jwk}\n`), [ed25519Jwk.d]);
  });

  test('of a text are its lines without the white space at their ends', () => {
    const text = '  first line\r\n\r\n\tsecond  line \\n\\nthird  line';
    const lines = ['first line', 'second  line', 'third  line'];
    assert.deepEqual(listPrivateParts(text), [...lines, 'firstlinesecondlinethirdline']);
  });

  test('of base64 are the parts of its contents, if these are JSON or a PEM, with white space before', () => {
    const jwk = base64(`\n  ${JSON.stringify(ed25519Jwk)}`);
    assert.deepEqual(listPrivateParts(jwk), [jwk, ed25519Jwk.d]);
    const pem = base64(`\n${toPem('PRIVATE KEY', fakeBody)}`);
    assert.deepEqual(listPrivateParts(pem), [pem, fakeBody]);
    const spaced = jwk.replace(/.{12}/g, '$&  ');
    assert.deepEqual(listPrivateParts(spaced), [spaced.trim(), jwk, ed25519Jwk.d]);
  });

  test('of base64 are not the parts of its contents, if these are another text', () => {
    for (const text of ['a text with {braces}', 'text{"d":"ab.cd.ef"}', 'neither key nor file']) {
      assert.deepEqual(listPrivateParts(base64(text)), [base64(text)]);
    }
    assert.deepEqual(listPrivateParts('no.base64.at.all'), ['no.base64.at.all']);
  });

  test('of everything that is refused leave nothing of its base64', () => {
    for (const [name, input] of mistakes) {
      if (name.includes('public')) continue;
      const left = mask(input, listPrivateParts(input)).match(/[A-Za-z0-9+/]{64,}/g) ?? [];
      const open = left.filter((run) => !listPublicNumbers(input).includes(run));
      assert.deepEqual(open, [], name);
    }
  });

  /** The public numbers of a JWK in an input. */
  function listPublicNumbers(input: string): string {
    return [...input.matchAll(/"[nxy]":"([^"]*)/g)].map(([, value]) => value).join(' ');
  }
});

describe('laws', () => {
  test('the lines of a PEM are masked, with every kind of line break and any text around it', () => {
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
        // Lines of the modulus are not secret, and a JWK shows it.
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

  test('a damaged key is masked except pieces of at most 24 characters', () => {
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

  /** The base64 of a key without line breaks, and the private fields of its JWK. */
  function listSecretText(key: KeyObject): string[] {
    const bodies = Object.values(listPems(key)).map((pem) => {
      return pem.replace(/-----.*-----/g, '').replace(/\s/g, '');
    });
    if (key.asymmetricKeyType === 'rsa-pss') return bodies;
    const { d = '', p = '', q = '', dp = '', dq = '', qi = '' } = key.export({ format: 'jwk' });
    return [...bodies, d, p, q, dp, dq, qi];
  }

  /** The public fields of its JWK, in both alphabets, because a PEM has them too. */
  function listOpenText(key: KeyObject): string[] {
    if (key.asymmetricKeyType === 'rsa-pss') return [];
    const { n = '', x = '', y = '' } = key.export({ format: 'jwk' });
    return [n, x, y].flatMap((text) => [text, Buffer.from(text, 'base64url').toString('base64')]);
  }
});

test('the bag attributes next to a certificate are not parts of a key', () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  const attributes = ['friendlyName: deploykeyoftheacmecompany', 'deploykeyoftheacmecompany: 1'];
  const parts = listPrivateParts(`${attributes.join('\n')}\n${certificate}`);
  assert.deepEqual(
    parts.filter((part) => part.includes('acme')),
    [],
  );
});

describe('a key next to a certificate that has lost its own BEGIN and END lines', () => {
  const lines = ['MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06', 'x7G+P0mQ1bbY8fdp+K06=='];
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  for (const [where, text] of [
    ['before it', `${lines.join('\n')}\n${certificate}`],
    ['after it', `${certificate}\r\n${lines.join('\r\n')}\r\n`],
    ['after it, in lines of its own', `${certificate}\n-- begin key\n${lines.join('\n')}\n--`],
    ['between two', `${certificate}\n${lines.join('\n')}\n${certificate}`],
  ] as const) {
    test(`is listed by its lines: ${where}`, () => {
      const parts = listPrivateParts(text);
      assert.deepEqual(
        lines.filter((line) => !parts.includes(line)),
        [],
      );
      assert.ok(!parts.includes('-- begin key'));
    });
  }
});
