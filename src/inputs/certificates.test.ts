import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { createAuthority, type IssuedCertificate } from '../../test/support/making/certificates.ts';
import fc from '../../test/support/making/fast-check.ts';
import { generatePem, say } from '../../test/support/making/inputs.ts';
import { base64, fakeBody } from '../../test/support/tables/key-mistakes.ts';
import { toPem } from '../../test/support/making/signing-keys.ts';
import { explainCertificateFault } from './certificate-faults.ts';
import {
  CertificateError,
  type CertificateFault,
  holdsCertificate,
  holdsOnlyCertificates,
  holdsPrivateKey,
  readCertificates,
  sortChain,
  writeCertificates,
} from './certificates.ts';

let one: string;
let two: string;
let leaf: IssuedCertificate;
let issuing: string;
let root: string;
before(async () => {
  one = (await createAuthority('One')).certificate.trim();
  two = (await createAuthority('Two')).certificate.trim();
  const authority = await createAuthority('Root');
  const intermediate = await authority.createIntermediate('Issuing');
  root = authority.certificate.trim();
  issuing = intermediate.certificate.trim();
  const { certificate, key } = await intermediate.issue({ names: ['ci'], client: true });
  leaf = { certificate: certificate.trim(), key };
});

/** Reads certificates and writes them again. */
function rewrite(input: string): string {
  return writeCertificates(readCertificates(input));
}

describe('certificates in PEM', () => {
  test('are read one after the other, without what stands around them', () => {
    const input = `subject=CN=One\n${one}\n\nsubject=CN=Two\n${two}\n`;
    assert.equal(rewrite(input), `${one}\n${two}`);
  });

  const breaks: readonly [what: string, as: string][] = [
    ['those of Windows', '\r\n'],
    ['literal ones', '\\n'],
    ['literal ones of Windows', '\\r\\n'],
    ['literal ones that were escaped twice', '\\\\n'],
    ['spaces', ' '],
    ['nothing', ''],
  ];
  for (const [what, as] of breaks) {
    test(`may have other line breaks: ${what}`, () => {
      assert.equal(rewrite(one.replaceAll('\n', as)), one);
      assert.equal(rewrite(`${one}\n${two}`.replaceAll('\n', as)), `${one}\n${two}`);
    });
  }

  test('may be a text of JSON', () => {
    const text = JSON.stringify(one).slice(1, -1).replaceAll('/', '\\/');
    assert.equal(rewrite(text), one);
  });

  test('may be base64 of it, in lines or not', () => {
    const text = base64(`${one}\r\n${two}\n`);
    assert.equal(rewrite(text), `${one}\n${two}`);
    assert.equal(rewrite(text.replace(/.{76}/g, '$&\n')), `${one}\n${two}`);
  });

  test('may have a key beside them, before or after', () => {
    const key = generatePem();
    const bag = 'Bag Attributes\n    localKeyID: 54 69 6D 65\n';
    for (const input of [`${one}\n${key}`, key + one, `${bag}${key}${bag}${one}`]) {
      assert.equal(rewrite(input), one);
    }
  });

  test('are read once each', () => {
    assert.equal(rewrite(`${one}\n${two}\n${one}`), `${one}\n${two}`);
  });

  test('may have the older name', () => {
    assert.equal(rewrite(one.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')), one);
  });

  test('may be described by words that name them', () => {
    assert.equal(rewrite(`the text from BEGIN CERTIFICATE on:\n${one}`), one);
  });
});

/** What holds no certificates that can be used, by the fault. */
const faults: readonly [what: string, code: CertificateFault, input: () => string][] = [
  ['nothing', 'none', () => ''],
  ['words', 'none', () => 'open-sesame'],
  ['base64 of words', 'none', () => base64('open-sesame')],
  ['base64 without its frame', 'unframed', () => one.replace(/-----[A-Z ]+-----/g, '')],
  [
    'a frame without a certificate',
    'damaged',
    () => one.replace(/\n[A-Za-z0-9+/=\n]+\n/, '\nAAAA\n'),
  ],
  [
    'a frame around nothing',
    'damaged',
    () => '-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----',
  ],
  ['one that is cut off', 'damaged', () => one.slice(0, -30)],
  ['base64 of one that is cut off', 'damaged', () => base64(one.slice(0, -30))],
  ['one that lacks its beginning', 'damaged', () => one.slice(30)],
  ['one whose bytes are damaged', 'damaged', () => one.replace(/\n.{20}/, '\n')],
  ['one with another that is cut off', 'damaged', () => `${one}\n${two.slice(0, 100)}`],
  ['one with another that lacks its beginning', 'damaged', () => `${one}\n${two.slice(100)}`],
  [
    'one with another that lacks its frame',
    'damaged',
    () => `${one}\n${two.replace(/-----[A-Z ]+-----/g, '')}`,
  ],
  [
    'one with another that lacks a dash',
    'damaged',
    () => `${one}\n${two.replace('-----BEGIN', '----BEGIN')}`,
  ],
  ['one with another that is damaged', 'damaged', () => `${one}\n${two.replace(/\n.{20}/, '\n')}`],
  ['a private key', 'private_key', () => generatePem()],
  [
    'one with the words of OpenSSL',
    'trusted',
    () => one.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
  ],
  [
    'one beside another with the words of OpenSSL',
    'trusted',
    () => `${two}\n${one.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')}`,
  ],
  ['a request', 'request', () => toPem('CERTIFICATE REQUEST', fakeBody)],
  ['an older request', 'request', () => toPem('NEW CERTIFICATE REQUEST', fakeBody)],
  ['PKCS#7', 'pkcs7', () => toPem('PKCS7', fakeBody)],
  ['PKCS#12', 'pkcs12', () => Buffer.from('3009020103300406022a00', 'hex').toString('base64')],
];

describe('no certificates are read', () => {
  for (const [what, code, input] of faults) {
    test(`from ${what}`, () => {
      assert.throws(
        () => readCertificates(input()),
        (error) => {
          assert.ok(error instanceof CertificateError);
          assert.equal(error.code, code);
          assert.equal(error.cause, undefined);
          return true;
        },
      );
    });
  }

  const sentences: Readonly<Record<CertificateFault, string>> = {
    none: 'is not a certificate; must be PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
    damaged:
      'has a damaged certificate; copy all of it, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
    unframed:
      'is a certificate without its first and last line; must be PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
    pkcs12:
      'is PKCS#12 (.p12, .pfx); store the PEM that this prints: `openssl pkcs12 -in FILE -nodes`',
    pkcs7:
      'is PKCS#7 (.p7b); store the PEM that this prints: `openssl pkcs7 -in FILE -print_certs`',
    trusted:
      'has a TRUSTED CERTIFICATE, a format that only OpenSSL reads; store what this prints: `openssl x509 -in FILE`',
    request: 'is a certificate request; set it to the certificate that was issued for it',
    private_key: 'is a private key; set it to the certificate that belongs to the key, in PEM',
  };
  for (const [code, sentence] of Object.entries(sentences)) {
    test(`and the error says why: ${code}`, () => {
      const error = new CertificateError(code as CertificateFault);
      assert.equal(say(explainCertificateFault(error)), sentence);
    });
  }
});

describe('a chain', () => {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  for (const order of orders) {
    test(`is sorted from the certificate of the key to the root: ${order.join('')}`, () => {
      const all = [leaf.certificate, issuing, root] as const;
      const given = readCertificates(order.map((nth) => all[nth]).join('\n'));
      const sorted = sortChain(given, createPrivateKey(leaf.key)) ?? [];
      assert.equal(writeCertificates(sorted), all.join('\n'));
    });
  }

  test('keeps behind it what does not belong to it', () => {
    const given = readCertificates([one, two, issuing, leaf.certificate].join('\n'));
    const sorted = sortChain(given, createPrivateKey(leaf.key)) ?? [];
    assert.equal(writeCertificates(sorted), [leaf.certificate, issuing, one, two].join('\n'));
  });

  test('is none without the certificate of the key', () => {
    const given = readCertificates([issuing, root].join('\n'));
    assert.equal(sortChain(given, createPrivateKey(leaf.key)), undefined);
  });
});

test('what a text holds is known without reading it', () => {
  const key = generatePem();
  const rows: readonly [input: string, key: boolean, certificate: boolean, only: boolean][] = [
    [one, false, true, true],
    [one.slice(30), false, true, false],
    [base64(one), false, true, true],
    [key, true, false, false],
    [`${one}\n${key}`, true, true, false],
    [base64(`${one}\n${key}`), true, true, false],
    [`${one}\n${'A'.repeat(64)}\n`, false, true, false],
    ['open-sesame', false, false, false],
  ];
  for (const [input, hasKey, hasCertificate, only] of rows) {
    const found = [holdsPrivateKey(input), holdsCertificate(input), holdsOnlyCertificates(input)];
    assert.deepEqual(found, [hasKey, hasCertificate, only], input);
  }
});

test('any text gives certificates or a typed problem, and the words quote nothing of it', () => {
  const pieces = fc.constantFrom('-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', '\n');
  const cut = fc.record({ at: fc.nat({ max: 900 }), length: fc.nat({ max: 90 }), by: fc.string() });
  const damaged = cut.map(({ at, length, by }) => {
    const whole = `${one}\n${leaf.certificate}\n${leaf.key}`;
    return whole.slice(0, at) + by + whole.slice(at + length);
  });
  const made = fc.array(fc.oneof(pieces, fc.base64String())).map((all) => all.join(''));
  const texts = fc.oneof(fc.string({ unit: 'binary' }), made, damaged);
  fc.assert(
    fc.property(texts, fc.boolean(), (text, isEncoded) => {
      const input = isEncoded ? base64(text) : text;
      try {
        assert.ok(readCertificates(input).length > 0);
      } catch (error) {
        assert.ok(error instanceof CertificateError, String(error));
        const sentence = say(explainCertificateFault(error));
        const runs = text.match(/[A-Za-z0-9+/]{24,}/g) ?? [];
        assert.ok(!runs.some((run) => sentence.includes(run)));
      }
    }),
    { numRuns: 200 },
  );
});
