import type { Inputs } from '../../inputs/inputs.ts';
import { text, type Text } from '../../log/text.ts';
import type { MacAlgorithm } from '../../oauth2/keys/signing-algorithm.ts';
import { isKeyGrant, quotePart, type Refusal } from './refusal.ts';

/** The `aud` of the signed JWT; the query of a token endpoint's URL can hold a secret. */
export function audienceOf({ assertionAudience, issuer, tokenUrl = '' }: Inputs): string {
  return assertionAudience ?? issuer ?? dropQuery(tokenUrl);
}

function dropQuery(url: string): string {
  return url.replace(/\?.*$/s, '?...');
}

/**
 * The other value that servers expect as `aud`: the token endpoint where the issuer is the default, the issuer where the token endpoint
 * is. Undefined where the user has chosen one.
 */
function suggestAudience({ assertionAudience, issuer, tokenUrl }: Inputs): Text | undefined {
  if (assertionAudience !== undefined || tokenUrl === undefined) return undefined;
  return issuer === undefined
    ? text`the server's issuer as assertion-audience (probably ${guessIssuer(tokenUrl)})`
    : text`assertion-audience: ${dropQuery(tokenUrl)}`;
}

/** What to try where the server says no more; nothing where the user has chosen an audience. */
export function adviseOtherAudience(inputs: Inputs): Text {
  const other = suggestAudience(inputs);
  return other === undefined ? text`` : text` If that is right, try ${other}.`;
}

/** The usual ends of a token endpoint's path; what stands before them is usually the issuer. */
const endings =
  /\/(protocol\/openid-connect\/token|oauth2\/v2\.0\/token|v\d+(\.\d+)?\/token|(connect|oauth2?|api\/oauth2?|as)\/tokens?|tokens?(\.oauth2)?)\/?$/i;

function guessIssuer(tokenUrl: string): string {
  const { origin, pathname } = new URL(tokenUrl);
  const path = pathname.replace(endings, '').replace(/\/oauth2$/, '');
  return path === pathname ? origin : `${origin}${path}`;
}

/** What a signed JWT must be like, where it is the grant. */
export function adviseJwtGrant(inputs: Inputs): Text {
  return text`Check the JWT: aud is ${audienceOf(inputs)} (assertion-audience). iss and sub come from client-id, a key file or assertion-claims. The provider must know the key${nameKeyId(inputs)}. The clocks must agree.${adviseOtherAudience(inputs)}`;
}

/** The key id, or how one is set. */
export function nameKeyId({ signingKey }: Inputs): Text {
  const keyId = signingKey?.keyId;
  return keyId === undefined ? text` (no kid; private-key-id sets one)` : text` (kid ${keyId})`;
}

/** The server names the audience of the JWT. */
export function adviseAssertionAudience(refusal: Refusal): Text {
  const { inputs } = refusal;
  const find = (words: string): string | undefined => findUrl(words, audienceOf(inputs));
  if (find(refusal.words) !== undefined) {
    const named = quotePart(refusal, find);
    return text`The JWT has aud ${audienceOf(inputs)}. Set assertion-audience to the value that the server names: ${named}`;
  }
  const other = suggestAudience(inputs);
  const documented = text`the value that the provider's documentation names`;
  return other === undefined
    ? text`The JWT has aud ${audienceOf(inputs)}. Set assertion-audience to ${documented}.`
    : text`The JWT has aud ${audienceOf(inputs)}. Try ${other}, or ${documented}.`;
}

/** The one URL in the words of a server that is not the one that was sent; undefined where there is none, or more than one. */
function findUrl(words: string, sent: string): string | undefined {
  const urls = words.match(/https?:\/\/[^\s"'`,;<>()[\]{}]+/g) ?? [];
  const others = new Set(urls.map((url) => url.replace(/[.:]+$/, '')));
  others.delete(sent);
  return others.size === 1 ? [...others][0] : undefined;
}

/** The server names the algorithm of the JWT. */
export function adviseAlgorithm({ inputs, words }: Refusal): Text {
  const used = algorithmOf(inputs);
  const signed = text`The JWT is signed with ${used}.`;
  const others = new Set(words.toUpperCase().match(/\b(?:RS|ES|PS|HS)(?:256|384|512)\b/g));
  others.delete(used);
  const [other] = others;
  if (other === undefined || others.size > 1) {
    return text`${signed} Set signing-algorithm to the algorithm that the provider expects from this client.`;
  }
  const isOfKey = familyOf(other) === familyOf(used);
  return isOfKey
    ? text`${signed} Set signing-algorithm: ${other}.`
    : text`${signed} The server names ${other}, which needs another kind of ${familyOf(other) === 'secret' ? text`client-auth-method (client_secret_jwt)` : text`private-key (${familyOf(other)})`}.`;
}

/** What an algorithm signs with. */
function familyOf(algorithm: string): 'secret' | 'EC' | 'RSA' {
  if (algorithm.startsWith('HS')) return 'secret';
  return algorithm.startsWith('ES') ? 'EC' : 'RSA';
}

/** With what the JWT is signed. */
export function algorithmOf({ signingKey, macAlgorithm }: Inputs): string {
  return signingKey?.algorithm ?? macAlgorithm;
}

/** The server does not find the key, or the signature does not fit it. */
export function adviseKey(inputs: Inputs): Text {
  if (inputs.signingKey === undefined) {
    return text`${adviseMacLength(inputs)}Check that client-secret is the current secret of this client.`;
  }
  const owner = isKeyGrant(inputs) ? text`its owner` : text`this client-id`;
  return text`Check that the provider has the public key of private-key${nameKeyId(inputs)} for ${owner}.`;
}

/** The server names the length of the key or of the secret. */
export function adviseKeyLength(inputs: Inputs): Text {
  if (inputs.signingKey !== undefined) {
    return text`Use a longer private-key: RSA with 2048 bits or more, or one of the kind that the provider's documentation names.`;
  }
  return isSecretShort(inputs)
    ? text`${adviseMacLength(inputs)}The provider's documentation may name the length.`
    : text`Use a longer client-secret, or another client-auth-method. The provider's documentation may name the length.`;
}

/** The server has seen the JWT before, or its `jti`. */
export function adviseReplay(): Text {
  return text`Each JWT is sent once and has a jti of its own. A proxy or a gateway that sends requests again may be the reason.`;
}

/** The server names who issued the JWT, or for whom. */
export function adviseIssuerAndSubject(inputs: Inputs): Text {
  return isKeyGrant(inputs)
    ? text`iss and sub of the JWT come from client-id, a key file or assertion-claims. Set iss and sub in assertion-claims as the provider's documentation names them.`
    : text`iss and sub of the JWT are the client-id. Check client-id.`;
}

/** The server names a time of the JWT. */
export function adviseClock(): Text {
  return text`The JWT is valid for 60 seconds by the clock of this runner. Check that clock (NTP) and the server's.`;
}

/**
 * Whether the secret is shorter than the hash of the MAC; some servers refuse that.
 *
 * @see RFC 7518 section 3.2
 */
export function isSecretShort({ clientAuthMethod, clientSecret, macAlgorithm }: Inputs): boolean {
  if (clientAuthMethod !== 'client_secret_jwt' || clientSecret === undefined) return false;
  return Buffer.byteLength(clientSecret) < hashBytesOf(macAlgorithm);
}

/** HS256 has a hash of 256 bits. */
function hashBytesOf(algorithm: MacAlgorithm): number {
  return Number(algorithm.slice('HS'.length)) / 8;
}

/** A hint where the secret is shorter than the hash; nothing elsewhere. */
export function adviseMacLength(inputs: Inputs): Text {
  const { macAlgorithm } = inputs;
  return isSecretShort(inputs)
    ? text`client-secret is shorter than the ${hashBytesOf(macAlgorithm)} bytes that ${macAlgorithm} requires (RFC 7518), and servers may refuse it. Use a longer secret, or another client-auth-method. `
    : text``;
}
