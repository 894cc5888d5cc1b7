import { type MakeJwt, type Proof, proveBy } from './client-authentication.ts';

/** The grant of a signed JWT (RFC 7523 section 2.1). */
export const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The grant of a token for a token (RFC 8693 section 2.1). */
export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The default type of a subject token: a JWT (RFC 8693 section 3). */
export const usualSubjectTokenType = 'urn:ietf:params:oauth:token-type:jwt';

/**
 * The parameters of a grant whose second use could be taken for theft, or for a wrong guess. They are in lower case
 * without marks, because servers that do not follow the RFCs spell them in their own way. JWTs are not among them: a
 * JWT that is used twice is refused, which does no harm.
 */
const guardedParameters: ReadonlySet<string> = new Set([
  'refreshtoken',
  'code',
  'authcode',
  'authorizationcode',
  'devicecode',
  'otp',
  'totp',
  'otpcode',
  'mfacode',
  'onetimepassword',
  'onetimecode',
  'passcode',
]);

/** The parameters of a grant that works only once. The next request could not send the same value. */
const singleUseParameters: ReadonlySet<string> = new Set([
  ...guardedParameters,
  'subjecttoken',
  'assertion',
  'samlassertion',
  'samlresponse',
]);

/** A parameter, whose value may have fields. */
type Named = readonly [name: string, value: unknown];

/** Whether a parameter, at any depth, is one whose second use could do harm (RFC 6749 section 10.4). */
export function hasGuardedParameter(parameters: readonly Named[]): boolean {
  return hasName(parameters, guardedParameters);
}

/** Whether a parameter, at any depth, belongs to a grant that works only once. */
export function hasSingleUseParameter(parameters: readonly Named[]): boolean {
  return hasName(parameters, singleUseParameters);
}

function hasName(parameters: readonly Named[], names: ReadonlySet<string>): boolean {
  return parameters.some(
    ([name, value]) =>
      names.has(name.toLowerCase().replace(/[^a-z\d]/g, '')) ||
      (typeof value === 'object' && value !== null && hasName(Object.entries(value), names)),
  );
}

/**
 * The jwt-bearer grant: a signed JWT says for whom the token is.
 *
 * @see RFC 7523 section 2.1
 */
export function assertionGrant(makeJwt: MakeJwt): Proof {
  return proveBy({ assertion: makeJwt });
}

/**
 * The token-exchange grant. Its subject token is made for each attempt.
 *
 * @see RFC 8693 section 2.1
 */
export function subjectTokenGrant(makeJwt: MakeJwt): Proof {
  return proveBy({ subject_token: makeJwt });
}
