import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';

import { base64, fakeBody } from '../../../test/support/tables/key-mistakes.ts';
import { lineBreaks, listPems, pemOf, toPem } from '../../../test/support/making/signing-keys.ts';
import { breakLines, pemMarker, readBase64, readPem, unescapePem } from './private-key-pem.ts';
import type { SigningKeyErrorCode, SigningKeyErrorDetails } from './signing-key-error.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ecPem = pemOf(ec);

/** A key of Ed25519 whose base64 has slashes (RFC 8410 section 7). */
const slashes = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.alloc(32, -1),
  ]),
  format: 'der',
  type: 'pkcs8',
});

const pem = pemOf(slashes);
const body = bodyOf(pem);

/** The base64 of a PEM. */
function bodyOf(text: string): string {
  return text.replace(/-----.*-----|\s/g, '');
}

function begin(label: string): string {
  return `-----BEGIN ${label}-----\n`;
}

function end(label: string): string {
  return `-----END ${label}-----\n`;
}

function assertRead(text: string, key: KeyObject = slashes): void {
  assert.ok(readPem(text).equals(key), text);
}

function assertRefused(
  text: string,
  code: SigningKeyErrorCode,
  { keyType, form }: SigningKeyErrorDetails = {},
): void {
  assert.throws(() => readPem(text), { name: 'SigningKeyError', code, keyType, form }, text);
}

function assertDamaged(text: string): void {
  assertRefused(text, 'damaged', { form: 'PEM' });
}

describe('a key is read', () => {
  test('of PKCS#8 and of SEC1', () => {
    for (const text of Object.values(listPems(ec))) {
      const { d } = readPem(text).export({ format: 'jwk' });
      assert.equal(d, ec.export({ format: 'jwk' }).d);
    }
  });

  test('under the label of any of the three forms', () => {
    for (const label of ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']) {
      assertRead(toPem(label, body));
    }
  });

  test('with every kind of line break', () => {
    for (const rewrite of Object.values(lineBreaks)) {
      assertRead(rewrite(pem));
      assertRead(rewrite(ecPem), ec);
    }
  });

  test('although its base64 has more than one character of white space in a row', () => {
    assertRead(
      toPem('PRIVATE KEY', body).replace(
        body,
        `\n \t${body.slice(0, 9)} \r\n\n${body.slice(9)}\n\n`,
      ),
    );
  });

  test('although its slashes are escaped', () => {
    assert.match(pem, /\//);
    assertRead(pem.replaceAll('/', '\\/'));
  });

  test('next to a block of another kind, with or without text around them', () => {
    const certificate = toPem('CERTIFICATE', fakeBody);
    for (const text of [certificate + pem, pem + certificate]) {
      assertRead(text);
      assertRead(`before\n${text}after\n`);
      assertRead(text.replaceAll('\n', ''));
    }
  });

  test('after a BEGIN line without an END, and before an END line without a BEGIN', () => {
    assertRead(begin('CERTIFICATE') + pem);
    assertRead(end('CERTIFICATE') + pem);
    assertRead(pem + begin('CERTIFICATE'));
    assertRead(pem + end('CERTIFICATE'));
    assertRead(end('PRIVATE KEY') + pem);
    assertRead(pem + end('PRIVATE KEY'));
    assertRead(pem + begin('PRIVATE KEY'));
  });

  test('although it shares its first dashes with a line of no block', () => {
    assertRead(`-----BEGIN CERTIFICATE${pem}`);
    assertRead(`-----END CERTIFICATE${pem}`);
  });

  test('although its last dashes are shared', () => {
    assertRead(`${pem.trim()}BEGIN CERTIFICATE-----\n`);
  });

  test('although lines look like those of a block, but are in small letters', () => {
    assertRead(`-----BEGIN private key-----\n${pem}-----END private key-----\n`);
  });
});

describe('blocks', () => {
  test('are several, whatever their labels are, even if they are the same', () => {
    assertRefused(pem + pem, 'several_keys');
    assertRefused(pem.trim() + pem, 'several_keys');
    assertRefused(pem + ecPem, 'several_keys');
    assertRefused(pem + toPem('ENCRYPTED PRIVATE KEY', fakeBody), 'several_keys');
    assertRefused(
      toPem('EC PRIVATE KEY', body) + toPem('CERTIFICATE', fakeBody) + pem,
      'several_keys',
    );
  });

  test('end at the next END of their label', () => {
    assertDamaged(begin('PRIVATE KEY') + body + end('EC PRIVATE KEY'));
    assertDamaged(begin('PRIVATE KEY') + end('CERTIFICATE') + body + end('PRIVATE KEY'));
    assertDamaged(begin('EC PRIVATE KEY') + body + end('PRIVATE KEY'));
  });

  test('begin at the first BEGIN, and have no other BEGIN inside', () => {
    assertDamaged(begin('PRIVATE KEY') + pem);
    assertDamaged(begin('CERTIFICATE') + pem + end('CERTIFICATE'));
    assertRead(begin('CERTIFICATE') + ecPem + end('CERTIFICATE') + pem);
  });

  test('do not begin with the dashes that end another block', () => {
    const certificate = toPem('CERTIFICATE', fakeBody).trim();
    assertDamaged(certificate + pem.slice('-----'.length));
    assertRead(pem.trim() + ecPem.slice('-----'.length));
  });

  test('have no base64 if BEGIN and END share their dashes', () => {
    assertDamaged('-----BEGIN PRIVATE KEY-----END PRIVATE KEY-----');
  });

  test('are not found between two BEGIN lines or two END lines, or between END and BEGIN', () => {
    assertDamaged(end('PRIVATE KEY') + body + end('PRIVATE KEY'));
    assertDamaged(begin('PRIVATE KEY') + body + begin('PRIVATE KEY'));
    assertDamaged(end('PRIVATE KEY') + body + begin('PRIVATE KEY'));
  });
});

describe('a key is refused', () => {
  test('as encrypted, if its label or its header says so', () => {
    assertRefused(toPem('ENCRYPTED PRIVATE KEY', fakeBody), 'encrypted');
    for (const header of [
      'Proc-Type: 4,ENCRYPTED',
      'Proc-Type:4,ENCRYPTED',
      'Proc-Type: \t4, ENCRYPTED',
      'Proc-Type: 4,\\n  ENCRYPTED',
    ]) {
      assertRefused(
        begin('RSA PRIVATE KEY') + `${header}\n\n${body}\n` + end('RSA PRIVATE KEY'),
        'encrypted',
      );
      assertRefused(
        begin('DSA PRIVATE KEY') + `${header}\n\n${body}\n` + end('DSA PRIVATE KEY'),
        'encrypted',
      );
    }
  });

  test('as damaged, if it has another header', () => {
    for (const header of [
      'Proc-Type: 4,MIC-CLEAR',
      'Proc-Type: 5,ENCRYPTED',
      'Comment: ENCRYPTED',
    ]) {
      assertDamaged(begin('RSA PRIVATE KEY') + `${header}\n\n${body}\n` + end('RSA PRIVATE KEY'));
    }
  });

  test('as a key of ssh or of DSA', () => {
    assertRefused(toPem('OPENSSH PRIVATE KEY', fakeBody), 'openssh_key');
    assertRefused(toPem('DSA PRIVATE KEY', fakeBody), 'unsupported_key', { keyType: 'DSA' });
  });

  test('as unsupported, if its label is not one of the three', () => {
    for (const label of [
      'PGP PRIVATE KEY BLOCK',
      'PRIVATE KEY BLOCK',
      'RSA PRIVATE KEY 2',
      'ANY PRIVATE KEY',
      'MY RSA PRIVATE KEY',
      'MY OPENSSH PRIVATE KEY',
      'X25519 PRIVATE KEY',
      'ECRSA PRIVATE KEY',
    ]) {
      assertRefused(toPem(label, body), 'unsupported_key');
    }
  });

  test('as damaged, if its body is not base64 of a key', () => {
    assertDamaged(toPem('PRIVATE KEY', ''));
    assertDamaged(toPem('PRIVATE KEY', fakeBody));
    assertDamaged(toPem('PRIVATE KEY', body.replace('M', '.')));
    assertDamaged(toPem('PRIVATE KEY', body.slice(0, -4)));
    assertDamaged(toPem('PRIVATE KEY', `${body}===`));
    assertDamaged(toPem('PRIVATE KEY', `=${body}`));
  });
});

describe('a text without a complete private key', () => {
  test('is a damaged key if it has a BEGIN or END line, complete or almost', () => {
    for (const text of [
      begin('PRIVATE KEY') + body,
      body + end('PRIVATE KEY'),
      pem.replaceAll('-----', '----'),
      pem.replaceAll('-----', ''),
      pem.replaceAll('--', '\u2014'),
      'BEGIN EC PRIVATE KEY',
      'END PGP PRIVATE KEY BLOCK',
    ]) {
      assertDamaged(text);
    }
  });

  test('is an encrypted key if such a line says so', () => {
    assertRefused(begin('ENCRYPTED PRIVATE KEY') + fakeBody, 'encrypted');
    assertRefused('BEGIN ENCRYPTED PRIVATE KEY', 'encrypted');
  });

  test('is half a key rather than a certificate or a public key', () => {
    assertDamaged(toPem('CERTIFICATE', fakeBody) + begin('PRIVATE KEY') + body);
    assertDamaged(toPem('PUBLIC KEY', fakeBody) + begin('PRIVATE KEY') + body);
    const half = begin('ENCRYPTED PRIVATE KEY') + fakeBody;
    assertRefused(toPem('CERTIFICATE', fakeBody) + half, 'encrypted');
  });

  test('is a public key, in a PEM or as ssh has it', () => {
    assertRefused(toPem('PUBLIC KEY', fakeBody), 'public_key');
    assertRefused(toPem('RSA PUBLIC KEY', fakeBody), 'public_key');
    assertRefused(begin('PUBLIC KEY') + fakeBody, 'public_key');
    for (const kind of ['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256']) {
      assertRefused(`${kind} ${fakeBody} ci@example.com`, 'public_key');
    }
  });

  test('is not a public key of ssh if it does not begin like one', () => {
    for (const text of [
      `my ssh-rsa ${fakeBody}`,
      `ssh-rsa`,
      `ssh- ${fakeBody}`,
      `rsa ${fakeBody}`,
    ]) {
      assertRefused(text, 'not_a_key');
    }
  });

  test('is a certificate', () => {
    assertRefused(toPem('CERTIFICATE', fakeBody), 'certificate');
    assertRefused(toPem('TRUSTED CERTIFICATE', fakeBody), 'certificate');
    assertRefused(begin('CERTIFICATE'), 'certificate');
  });

  test('is what its first line says', () => {
    const certificate = toPem('CERTIFICATE', fakeBody);
    const publicKey = toPem('PUBLIC KEY', fakeBody);
    assertRefused(certificate + publicKey, 'certificate');
    assertRefused(publicKey + certificate, 'public_key');
  });

  test('is not a key if it is another block', () => {
    for (const label of ['CERTIFICATE REQUEST', 'X509 CRL', 'PKCS7', 'EC PARAMETERS']) {
      assertRefused(toPem(label, fakeBody), 'not_a_key');
    }
    assertRefused(toPem('PGP PUBLIC KEY BLOCK', fakeBody), 'not_a_key');
  });

  test('is base64 of a key without its lines: PKCS#8 or SEC1', () => {
    assertRefused(body, 'base64_of_der');
    const { SEC1 = '' } = listPems(ec);
    assertRefused(bodyOf(SEC1), 'base64_of_der');
    assertRefused(bodyOf(SEC1).replace(/.{16}/g, '$&\n \n'), 'base64_of_der');
  });

  test('is not a key otherwise', () => {
    for (const text of [
      '',
      'correct horse battery staple',
      '-----BEGIN -----',
      '{"kty":"EC"}',
      fakeBody,
      base64('a text with {braces}'),
      base64('{braces} before a text'),
      base64('{'),
      base64('[]'),
      base64('-----END PRIVATE KEY-----'),
      `${body}===`,
      `.${body}`,
    ]) {
      assertRefused(text, 'not_a_key');
    }
  });
});

describe('base64', () => {
  test('is decoded, of either alphabet, with padding or without it', () => {
    assert.deepEqual(readBase64('+/+/'), Buffer.from('fbffbf', 'hex'));
    assert.deepEqual(readBase64('-_-_'), Buffer.from('fbffbf', 'hex'));
    for (const text of ['YQ', 'YQ=', 'YQ==']) assert.deepEqual(readBase64(text), Buffer.from('a'));
    assert.deepEqual(readBase64('azAwOQ=='), Buffer.from('k009'));
  });

  test('gives no bytes for other text', () => {
    for (const text of [
      '',
      '=',
      'YQ===',
      'YQ==YQ==',
      ' YQ==',
      'YQ==\n',
      'Y Q',
      '.YQ',
      'YQ.',
      'ä',
    ]) {
      assert.deepEqual(readBase64(text), Buffer.alloc(0), text);
    }
  });
});

describe('literal line breaks', () => {
  test('become real ones, escaped once or twice', () => {
    for (const literal of ['\\n', '\\\\n', '\\r\\n', '\\\\r\\\\n', '\\\\r\\n', '\\r\\\\n']) {
      assert.equal(breakLines(`a${literal}b${literal}c`), 'a\nb\nc', literal);
      assert.equal(unescapePem(`a${literal}b${literal}c`), 'a\nb\nc', literal);
    }
    assert.equal(breakLines('a\\n\\nb'), 'a\n\nb');
  });

  test('are not the letters without a backslash, and not another escape', () => {
    for (const text of ['anb', 'arnb', 'a\nb', 'a\r\nb', 'a\\tb', 'a\\rb', 'a/b']) {
      assert.equal(breakLines(text), text);
      assert.equal(unescapePem(text), text);
    }
    assert.equal(breakLines('a\\\\\\nb'), 'a\\\nb');
    assert.equal(breakLines('a\\rnb'), 'a\\rnb');
  });

  test('are replaced without slashes by breakLines, and with slashes by unescapePem', () => {
    assert.equal(breakLines('a\\/b'), 'a\\/b');
    assert.equal(unescapePem('a\\/b\\/c\\n'), 'a/b/c\n');
  });
});

describe('a line that may belong to a PEM', () => {
  const listMarkers = (text: string): string[] => text.match(pemMarker) ?? [];

  test('is found with its dashes, even if they are too few or of another kind', () => {
    for (const line of [
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'BEGIN PRIVATE KEY',
      '-BEGIN PRIVATE KEY',
      'END PRIVATE KEY-',
      '----- BEGIN PRIVATE KEY -----',
      '------END PRIVATE KEY------',
      '\u2014\u2014-BEGIN PRIVATE KEY-\u2013\u2013',
    ]) {
      assert.deepEqual(listMarkers(line), [line]);
      assert.deepEqual(listMarkers(`a${line}b`), [line]);
      assert.deepEqual(listMarkers(`a\n${line}\nb`), [line]);
      assert.deepEqual(listMarkers(`${line}\n\n${line}`), [line, line]);
    }
  });

  test('may have any usual label', () => {
    for (const label of [
      'KEY',
      'PRIVATE KEY',
      'ENCRYPTED PRIVATE KEY',
      'RSA PUBLIC KEY',
      'PGP PRIVATE KEY BLOCK',
      'X9.42 DH PARAMETERS',
      'NEW CERTIFICATE REQUEST',
      'X509 CRL',
      'PKCS7',
    ]) {
      const [[, kind, found] = []] = [...`-----BEGIN ${label}-----`.matchAll(pemMarker)];
      assert.deepEqual([kind, found], ['BEGIN', label]);
    }
  });

  test('is no other line', () => {
    for (const line of [
      '',
      'PRIVATE KEY',
      '-----BEGIN-----',
      '-----BEGIN MESSAGE-----',
      '-----begin private key-----',
      '-----BEGINPRIVATE KEY-----',
      'a key to BEGIN with',
    ]) {
      assert.deepEqual(listMarkers(line), []);
    }
  });
});
