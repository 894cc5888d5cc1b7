/** Describes a parameter of a provider's request if its exact value is not known before. */
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';

import { jwtVerify } from 'jose';

import type { Given, Matcher } from './provider-request.ts';

/** The fields of a JWT, for a given step. */
type Members =
  Readonly<Record<string, unknown>> | ((given: Given) => Readonly<Record<string, unknown>>);

/** What a signed JWT must contain. */
export interface ExpectedJwt {
  /** The whole header, except `typ`, which is `JWT`. */
  readonly header: Members;
  /** All claims. `iat`, `exp` and `jti` can be left out; then they must be now, in a minute, and any text. */
  readonly claims: Members;
}

/**
 * A JWT signed by the key in `private-key`, with exactly this header and these claims.
 *
 * @see RFC 7523 section 3
 */
export function signedJwt({ header, claims }: ExpectedJwt): Matcher {
  return async (value, given) => {
    const { payload, protectedHeader } = await jwtVerify(value, given.publicKey, {
      currentDate: given.now,
    });
    const now = Math.floor(given.now.getTime() / 1000);
    const { jti } = payload;
    assert.ok(typeof jti === 'string' && jti !== '', 'no jti');
    assert.deepEqual({ ...protectedHeader }, { typ: 'JWT', ...resolve(header, given) });
    assert.deepEqual(
      { ...payload },
      { iat: now, exp: now + 60, jti, ...resolve(claims, given) },
      'claims',
    );
  };
}

/** GitHub's last ID token, requested with this audience; `undefined` is GitHub's default. */
export function githubIdToken(audience: string | undefined): Matcher {
  return (value, { idTokens }) => {
    assert.deepEqual({ token: value, audience }, idTokens.at(-1));
  };
}

/** `Bearer` and a token that must match. */
export function bearer(token: Matcher): Matcher {
  return async (value, given) => {
    const [, sent = ''] = /^Bearer (.+)$/.exec(value) ?? [];
    await token(sent, given);
  };
}

/**
 * The `x5t#S256` of a certificate: base64url of the SHA-256 of its DER.
 *
 * @see RFC 7515 section 4.1.8
 */
export function thumbprint(certificate: string): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
}

function resolve(members: Members, given: Given): Readonly<Record<string, unknown>> {
  return typeof members === 'function' ? members(given) : members;
}
