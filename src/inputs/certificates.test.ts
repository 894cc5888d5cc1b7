import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createAuthority } from '../../test/support/making/certificates.ts';
import { generatePem } from '../../test/support/making/inputs.ts';
import { readCertificates } from './certificates.ts';

let one: string;
let two: string;
before(async () => {
  one = (await createAuthority('One')).certificate.trim();
  two = (await createAuthority('Two')).certificate.trim();
});

describe('certificates in PEM', () => {
  test('are read one after the other, without what stands around them', () => {
    const input = `subject=CN=One\n${one}\n\nsubject=CN=Two\n${two}\n`;
    assert.equal(readCertificates(input), `${one}\n${two}`);
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
      assert.equal(readCertificates(one.replaceAll('\n', as)), one);
      assert.equal(readCertificates(`${one}\n${two}`.replaceAll('\n', as)), `${one}\n${two}`);
    });
  }

  test('may be a text of JSON', () => {
    const text = JSON.stringify(one).slice(1, -1).replaceAll('/', '\\/');
    assert.equal(readCertificates(text), one);
  });
});

describe('no certificates are read', () => {
  const rows: readonly [what: string, input: () => string][] = [
    ['nothing', () => ''],
    ['words', () => 'open-sesame'],
    ['base64 without its frame', () => one.replace(/-----[A-Z ]+-----/g, '')],
    ['a frame without a certificate', () => one.replace(/\n[A-Za-z0-9+/=\n]+\n/, '\nAAAA\n')],
    ['a frame around nothing', () => '-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----'],
    ['one that is cut off', () => one.slice(0, -30)],
    ['one whose bytes are damaged', () => one.replace(/\n.{20}/, '\n')],
    ['one with another that is cut off', () => `${one}\n${two.slice(0, 100)}`],
    ['one with another that lacks its beginning', () => `${one}\n${two.slice(100)}`],
    ['one with another that is damaged', () => `${one}\n${two.replace(/\n.{20}/, '\n')}`],
    ['a private key', () => generatePem()],
    ['one with a private key', () => `${one}\n${generatePem()}`],
    ['a private key with one', () => `${generatePem()}${one}`],
    ['one with the words of OpenSSL', () => one.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
  ];
  for (const [what, input] of rows) {
    test(`from ${what}`, () => {
      assert.equal(readCertificates(input()), undefined);
    });
  }
});
