import { isObject, type Members } from '../json-object.ts';
import { squeeze } from './json-words.ts';

/** The most names that are listed. */
const mostNames = 30;

/** Longer ones could be anything. */
const longestName = 64;

/**
 * Lists the names of the fields of a failed answer, at the top and one object below, as paths of response-fields.
 *
 * @param value of JSON, or the fields of a form
 * @returns text from outside; empty where the body has no fields
 */
export function listFields(value: unknown): string[] {
  const names = listPlaces(value).map(({ path }) => path.join('.'));
  return names.filter((name) => name.length <= longestName).slice(0, mostNames);
}

/** A field and where it stands. */
interface PlacedField {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The fields that are no objects, at the top and one object below. Of a list, the first item stands for all. */
function listPlaces(value: unknown): PlacedField[] {
  return enter([], value).flatMap((field) => {
    const inner = enter(field.path, field.value);
    return inner.length === 0 ? [field] : inner;
  });
}

/** The fields of an object, or of the first object of a list. */
function enter(path: readonly string[], value: unknown): PlacedField[] {
  if (isObject(value)) return listEntries(path, value);
  const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return isObject(first) ? listEntries([...path, '0'], first) : [];
}

function listEntries(path: readonly string[], members: Members): PlacedField[] {
  return Object.entries(members).map(([name, one]) => ({ path: [...path, name], value: one }));
}

/** What servers call an access token, the best first; without case, `_` and `-`. */
const tokenNames: readonly string[] = [
  'accessToken',
  'token',
  'bearerToken',
  'authToken',
  'authenticationToken',
  'authorizationToken',
  'apiToken',
  'accessTokenValue',
  'tokenValue',
  'jwt',
  'jwtToken',
  'accessJwt',
  'tenantAccessToken',
  'appAccessToken',
  'sessionToken',
  'securityToken',
  'idToken',
  'bearer',
  'sessionId',
  'ticket',
  'access',
  'sid',
].map(squeeze);

/**
 * Finds the field that is probably the access token, for the line of response-fields that reads it.
 *
 * @param value of JSON, or the fields of a form
 * @returns a path; undefined where no field is called like a token
 */
export function suggestTokenPath(value: unknown): string | undefined {
  const texts = listPlaces(value).filter((field) => isTokenText(field.value) && canBePath(field));
  for (const name of tokenNames) {
    const found = texts.find(({ path }) => isCalled(path, name));
    if (found !== undefined) return found.path.join('.');
  }
  return undefined;
}

/** By its own name, or as the value of what has it: `{"token": {"value": "..."}}`. */
function isCalled(path: readonly string[], tokenName: string): boolean {
  const [name = '', parent = ''] = path.toReversed().map(squeeze);
  return name === tokenName || (name === 'value' && parent === tokenName);
}

function isTokenText(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

/** Whether a path leads back to the field: a name with a dot would be two steps, and white space at an end is dropped. */
function canBePath({ path }: PlacedField): boolean {
  return path.every((step) => /^[^\s.`=\p{Cc}]+$/u.test(step) && step.length <= longestName);
}
