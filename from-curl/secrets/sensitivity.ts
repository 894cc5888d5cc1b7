import { isSecretName } from '../../src/inputs/secret-names.ts';
import { splitName, squeezeName } from './words.ts';

/** What a value is: `secret` if it could be one, `id` if it says who, `plain` if it may be in the step. */
export type Sensitivity = 'secret' | 'id' | 'plain';

/** Last words that name a secret for people, although the action masks nothing by them. */
const secretWords = /^(passcode|pw|auth|sig|totp|hash|md5|digest|session|sessionid|ticket|bearer)$/;

/** Names whose values say who or which, by their last word. */
const idWords =
  /^(id|ids|uid|uuid|guid|user|users|username|userid|login|email|mail|account|accountid|principal|upn|client|clientid|subject|sub|iss|appid|tenantid)$/;

/** Names whose values say what is requested, by their last word. */
const plainWords =
  /^(name|type|types|format|url|urls|uri|uris|realm|alias|db|database|schema|provider|tenant|domain|region|env|environment|locale|lang|language|version|mode|kind|level|roles?|scopes?|audience|aud|resource|connection|org|organization|organisation|company|site|instance|service|services|application|app|platform|channel|product|method|grant|grants|timeout|ttl|lifetime|duration|expiry|expiration|expires|expire|in|persistent|remember|permissions?|accept|encoding|charset|agent|referer|origin|control|host|requested|with|prompt|display|client_type|device)$/;

/** Parameters of OAuth whose values are never secrets. */
const plainNames =
  /^(granttype|scope|scopes|audience|resource|responsetype|tokenformat|requestedtokentype|subjecttokentype|actortokentype|clientassertiontype|tokentype)$/;

/** Headers that distinguish one request from another. */
const requestNames = /^(x)?(request|correlation|trace|transaction|rq)(u|uu)?id$/;

/** Whether a header of this name distinguishes one request from another. */
export function isRequestId(name: string): boolean {
  return requestNames.test(squeezeName(name));
}

/**
 * Decides what a value is, by its name and by how it looks. A value that is not known to be harmless is a secret.
 *
 * @param name of the parameter, header or field
 * @param value its literal text
 */
export function judge(name: string, value: string): Sensitivity {
  if (/^(true|false|null|)$/i.test(value)) return 'plain';
  const squeezed = squeezeName(name);
  if (plainNames.test(squeezed)) {
    return looksRandom(withoutUuids(value), shortestKey) ? 'secret' : 'plain';
  }
  if (namesSecret(name)) return 'secret';
  const last = lastWord(name);
  if (idWords.test(last) || /(id|user|username|userid)$/.test(squeezed)) return 'id';
  if (plainWords.test(last))
    return looksRandom(value, shortestMixture) || hasOddCharacter(value) ? 'secret' : 'plain';
  return isHarmless(value) ? 'plain' : 'secret';
}

/** Whether a name says that its value is a secret. */
export function namesSecret(name: string): boolean {
  return (
    isSecretName(name) ||
    secretWords.test(lastWord(name)) ||
    /(?:appkey|sessionid)$/.test(squeezeName(name))
  );
}

/** Whether the last word of a name is one of the words for secrets, ids and settings: it says what its value is. */
export function isTellingName(name: string): boolean {
  const last = lastWord(name).replace(/\d+$/, '');
  return namesSecret(name) || idWords.test(last) || plainWords.test(last);
}

function lastWord(name: string): string {
  return splitName(name).at(-1) ?? '';
}

/** A value that is not a secret under any name: a small number, a name from a standard. */
function isHarmless(value: string): boolean {
  return /^-?\d{1,3}$/.test(value) || (/^urn:[a-z\d:._-]+$/.test(value) && !looksRandom(value));
}

const uuid = /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi;

function withoutUuids(value: string): string {
  return value.replace(uuid, '');
}

/** Whether a text is only a UUID. */
export function isUuid(value: string): boolean {
  return value.replace(uuid, '') === '' && value !== '';
}

/** From how many characters on a mix of letters and digits is not a setting of an API. */
const shortestMixture = 4;

/** The shortest key or token, in characters. */
const shortestKey = 20;

/**
 * Whether a text has a part that a person would not have chosen: a key, a token, a password with digits in it.
 *
 * @param shortest how many characters such a part has at least
 */
export function looksRandom(value: string, shortest = 8): boolean {
  return value
    .split(/[\s/:,;.@?&=]+/)
    .some((part) => part.length >= shortest && isRandomPart(part));
}

/** Whether a value has a character that the settings of an API do not have. */
function hasOddCharacter(value: string): boolean {
  return /[^\w\s:/,;.@*+?&=#~()-]/.test(value);
}

/** Whether a name looks like a key. */
export function looksLikeKey(name: string): boolean {
  return looksRandom(name, shortestKey);
}

function isRandomPart(part: string): boolean {
  if (/^\d+$/.test(part)) return part.length > 10;
  // Digits between letters, except those of a version.
  if (/^v\d{1,3}(?:alpha|beta|rc)?\d{0,3}$/i.test(part)) return false;
  if (/\d[A-Za-z]/.test(part.replace(/^[vV]?\d{1,3}(?=[A-Z_-])/, ''))) return true;
  if (/[A-Za-z]\d{5,}|[-_]\d{9,}/.test(part)) return true;
  if (/[^\w*$+-]/.test(part)) return true;
  return part.split(/[-_]|(?<=[a-z])(?=[A-Z])/).some((run) => run.length > 22);
}
