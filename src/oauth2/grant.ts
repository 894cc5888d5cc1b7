import { type MakeJwt, type Proof, proveBy } from './client-authentication.ts';

/** The grant of a signed JWT (RFC 7523 section 2.1). */
export const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The grant of a token for a token (RFC 8693 section 2.1). */
export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The kind of a subject token, where nothing else is said: a JWT (RFC 8693 section 3). */
export const usualSubjectTokenType = 'urn:ietf:params:oauth:token-type:jwt';

/**
 * The parameters of a grant of which a second use could be taken for theft, or for a wrong guess. A JWT that is used
 * twice is refused, which does no harm.
 */
export const guardedParameters: ReadonlySet<string> = new Set([
  'refresh_token',
  'code',
  'device_code',
  'otp',
]);

/** The parameters of a grant that works only once; the next request could not send the same. */
export const singleUseParameters: ReadonlySet<string> = new Set([
  ...guardedParameters,
  'subject_token',
  'assertion',
]);

/**
 * The jwt-bearer grant: a signed JWT says whose token is requested.
 *
 * @see RFC 7523 section 2.1
 */
export function assertionGrant(makeJwt: MakeJwt): Proof {
  return proveBy({ assertion: makeJwt });
}

/**
 * The token-exchange grant, its subject token made for each attempt.
 *
 * @see RFC 8693 section 2.1
 */
export function subjectTokenGrant(makeJwt: MakeJwt): Proof {
  return proveBy({ subject_token: makeJwt });
}
