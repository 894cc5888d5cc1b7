import assert from 'node:assert/strict';
import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';

import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';

import fc from '../../test/support/making/fast-check.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import { createSampleKeys } from '../../test/support/making/signing-keys.ts';
import {
  type Assertion,
  type AssertionSigner,
  signAssertion,
  thumbprintOf,
} from './client-assertion.ts';
import { type ExactJson, parseExactJson } from './json/exact-json.ts';
import { macAlgorithms } from './keys/signing-algorithm.ts';
import { readSigningKey } from './keys/signing-key.ts';

const samples = createSampleKeys();
const [rsa] = samples;
assert.ok(rsa !== undefined);
const rsaKey = readSigningKey(rsa.forms['a JWK'] ?? '');

const now = Date.parse('2026-01-31T11:00:00.999Z');
const iat = Date.parse('2026-01-31T11:00:00Z') / 1000;
const context = { now: () => now, randomUUID: () => 'a-new-id' };

const assertion: Assertion = {
  issuer: 'ci-client',
  subject: 'ci-client',
  audience: 'https://login.example.com/token',
  claims: [],
};
const usualClaims = {
  iss: 'ci-client',
  sub: 'ci-client',
  aud: 'https://login.example.com/token',
  iat,
  exp: iat + 60,
  jti: 'a-new-id',
};

/** The claims of the usual assertion, and these in addition. */
function claimsWith(...claims: Assertion['claims']): Record<string, unknown> {
  return decodeJwt(signAssertion({ ...assertion, claims }, { kind: 'key', key: rsaKey }, context));
}

function headerBy(signer: AssertionSigner): Record<string, unknown> {
  return { ...decodeProtectedHeader(signAssertion(assertion, signer, context)) };
}

describe('the claims of an assertion', () => {
  test('are exactly these, with whole seconds', () => {
    assert.deepEqual(claimsWith(), usualClaims);
  });

  test('have no issuer and no subject if there is none', () => {
    const { audience } = assertion;
    const jwt = signAssertion({ audience, claims: [] }, { kind: 'key', key: rsaKey }, context);
    const { aud, exp, jti } = usualClaims;
    assert.deepEqual(decodeJwt(jwt), { aud, iat, exp, jti });
  });

  test('can be added and replaced', () => {
    assert.deepEqual(claimsWith(['scope', 'read write'], ['aud', 'https://example.com']), {
      ...usualClaims,
      scope: 'read write',
      aud: 'https://example.com',
    });
  });

  test('are left out if the value is empty', () => {
    const { iss, aud, exp, jti } = usualClaims;
    assert.deepEqual(claimsWith(['sub', '']), { iss, aud, iat, exp, jti });
    const all = Object.keys(usualClaims).map((name) => [name, ''] as const);
    assert.deepEqual(claimsWith(...all), {});
  });

  test('have the last value of a repeated name', () => {
    assert.equal(claimsWith(['sub', 'one'], ['sub', 'other'])['sub'], 'other');
    assert.equal(claimsWith(['sub', 'one'], ['sub', ''])['sub'], undefined);
  });

  test('are numbers if they are times in whole seconds, and otherwise text', () => {
    for (const name of ['iat', 'exp', 'nbf', 'auth_time']) {
      assert.equal(claimsWith([name, '1769857200'])[name], 1_769_857_200);
      for (const text of ['1.5', '-1', '1e9', ' 1', '0x10', 'soon', '9'.repeat(16)]) {
        assert.equal(claimsWith([name, text])[name], text);
      }
    }
    assert.equal(claimsWith(['sub', '1769857200'])['sub'], '1769857200');
  });

  test('keep the types and digits of JSON', () => {
    const text = '{"n":5,"id":17841405793187219,"on":true,"no":null,"list":["a",1.0],"o":{"a":[]}}';
    const claims = Object.entries(parseExactJson(text) as Record<string, ExactJson>);
    const jwt = signAssertion({ ...assertion, claims }, { kind: 'key', key: rsaKey }, context);
    const payload = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();
    assert.ok(payload.endsWith(`,${text.slice(1)}`), payload);
  });

  test('may have any name and text', () => {
    const names = fc.oneof(fc.string({ minLength: 1 }), fc.constant('__proto__'));
    const texts = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(names, texts, (name, text) => {
        fc.pre(!/^(?:iat|exp|nbf|auth_time)$/.test(name));
        const claims = claimsWith([name, text]);
        assert.equal(Object.getOwnPropertyDescriptor(claims, name)?.value, text);
      }),
    );
  });

  test('have an id that is new each time', () => {
    const ids = Array.from({ length: 50 }, () => {
      const signer = { kind: 'secret', secret: 's3cret', algorithm: 'HS256' } as const;
      return decodeJwt(signAssertion(assertion, signer, { now: Date.now, randomUUID })).jti;
    });
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => /^[0-9a-f-]{36}$/.test(id ?? '')));
  });
});

describe('the header of an assertion', () => {
  test('has the algorithm and the type', () => {
    assert.deepEqual(headerBy({ kind: 'key', key: rsaKey }), { alg: 'RS256', typ: 'JWT' });
    const signer = { kind: 'secret', secret: 's3cret', algorithm: 'HS512' } as const;
    assert.deepEqual(headerBy(signer), { alg: 'HS512', typ: 'JWT' });
  });

  test('has the id of the key, and the thumbprint of its certificate', () => {
    const key = { ...rsaKey, keyId: 'k1' };
    assert.deepEqual(headerBy({ kind: 'key', key }), { alg: 'RS256', typ: 'JWT', kid: 'k1' });
    assert.deepEqual(headerBy({ kind: 'key', key, certificateThumbprint: 'thumb' }), {
      alg: 'RS256',
      typ: 'JWT',
      kid: 'k1',
      'x5t#S256': 'thumb',
    });
  });
});

describe('an assertion is accepted by jose', () => {
  const options = { currentDate: new Date(now), audience: assertion.audience, issuer: 'ci-client' };

  for (const { keyType, algorithms, publicKey, forms } of samples) {
    // jose knows no Ed448; its signatures are tested together with the keys.
    if (keyType === 'Ed448') continue;
    for (const algorithm of algorithms) {
      test(`by a key of ${keyType} with ${algorithm}`, async () => {
        const key = readSigningKey(forms['PKCS#8 with line feeds'] ?? '', { algorithm });
        const jwt = signAssertion(assertion, { kind: 'key', key }, context);
        assert.match(jwt, /^[\w-]+\.[\w-]+\.[\w-]+$/);
        const { payload } = await jwtVerify(jwt, publicKey, {
          ...options,
          algorithms: [algorithm],
        });
        assert.deepEqual(payload, usualClaims);
      });
    }
  }

  for (const algorithm of macAlgorithms) {
    test(`by a secret in UTF-8 with ${algorithm}`, async () => {
      const secret = 's3crét-€-and-long-enough-for-sixty-four-bytes-of-a-hash-by-512-bits';
      const jwt = signAssertion(assertion, { kind: 'secret', secret, algorithm }, context);
      const bytes = new TextEncoder().encode(secret);
      const { payload } = await jwtVerify(jwt, bytes, { ...options, algorithms: [algorithm] });
      assert.deepEqual(payload, usualClaims);
    });
  }

  test('until 60 seconds are over', async () => {
    const jwt = signAssertion(assertion, { kind: 'key', key: rsaKey }, context);
    const last = new Date((iat + 59) * 1000);
    await jwtVerify(jwt, rsa.publicKey, { currentDate: last });
    const over = new Date((iat + 60) * 1000);
    await assert.rejects(jwtVerify(jwt, rsa.publicKey, { currentDate: over }), {
      code: 'ERR_JWT_EXPIRED',
    });
  });
});

// Computed with hmac of Python.
test('a known assertion has a known signature', () => {
  const signer = { kind: 'secret', secret: 's3cret', algorithm: 'HS256' } as const;
  assert.equal(
    signAssertion({ audience: 'a', claims: [] }, signer, context),
    [
      'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
      'eyJhdWQiOiJhIiwiaWF0IjoxNzY5ODU3MjAwLCJleHAiOjE3Njk4NTcyNjAsImp0aSI6ImEtbmV3LWlkIn0',
      '0bH7cDUcXA-Osk5szwLF-EG_getkSbPancdU9m3C9FM',
    ].join('.'),
  );
});

describe('the thumbprint of a certificate', () => {
  test('is base64url of the SHA-256 of its DER', async () => {
    const { certificate } = await (await createAuthority()).issue({ names: ['localhost'] });
    const fingerprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '');
    const thumbprint = thumbprintOf(certificate);
    assert.equal(Buffer.from(thumbprint, 'base64url').toString('hex').toUpperCase(), fingerprint);
    assert.match(thumbprint, /^[\w-]{43}$/);
  });

  test('is the thumbprint of the first certificate of a chain', async () => {
    const authority = await createAuthority();
    const { certificate } = await authority.issue({ names: ['localhost'] });
    const chain = `subject=localhost\n${certificate}\n${authority.certificate}`;
    assert.equal(thumbprintOf(chain), thumbprintOf(certificate));
    const der = Buffer.from(certificate.replace(/-----.*-----/g, ''), 'base64');
    assert.equal(thumbprintOf(chain), createHash('sha256').update(der).digest('base64url'));
  });

  test('can be made only of a certificate', () => {
    assert.throws(() => thumbprintOf('no certificate'));
  });
});
