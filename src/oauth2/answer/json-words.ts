import { isObject, type Members } from '../json-object.ts';

/** A text and where it stands in a value of JSON. Both are text from outside. */
export interface FoundText {
  /** Names and indexes of lists, joined by dots. */
  readonly place: string;
  readonly text: string;
}

/** How a failed answer is searched. */
export interface WordsSearch {
  /** Whether the status is a success: what stands there could be the token, so few places are read, and no long word. */
  readonly isSuccess: boolean;
}

/** The places in which servers write what went wrong, the best first; without case, `_` and `-`. */
const places: readonly string[] = [
  'message',
  'msg',
  'errmsg',
  'detail',
  'title',
  'reason',
  'description',
  'errorMessage',
  'errorSummary',
  'errorDescription',
  'errorMessages',
  'faultstring',
  'errors',
  'error',
  'fault',
].map(squeeze);

/** A code says less than any sentence, wherever that stands. */
const lastPlaces: readonly string[] = ['code'];

const placesOfSuccess: readonly string[] = [
  'errorDescription',
  'message',
  'msg',
  'errmsg',
  'detail',
  'reason',
  'error',
].map(squeeze);

/** How deep a value is searched, objects within objects; a list is no level of its own. */
const levels = 3;

/** The most objects that are looked into at each level. */
const mostObjects = 200;

/**
 * Finds what a failed answer says in words: `error_description` of RFC 6749 section 5.2 first, then the first text in one of the usual
 * places, breadth first.
 *
 * @param value of JSON, or the fields of a form
 */
export function findJsonWords(value: unknown, search: WordsSearch): FoundText | undefined {
  const description = isObject(value) ? value['error_description'] : undefined;
  if (isShown(description, search)) return { place: 'error_description', text: description };
  if (search.isSuccess) return findIn(value, placesOfSuccess, search);
  return findIn(value, places, search) ?? findIn(value, lastPlaces, search);
}

/**
 * Finds the code of an error: `error` of RFC 6749 section 5.2, or what stands for it in an object of that name.
 *
 * @param value of JSON, or the fields of a form
 * @returns undefined if there is none, or if it could be the token
 */
export function findErrorCode(value: unknown, { isSuccess }: WordsSearch): string | undefined {
  const error = isObject(value) ? value['error'] : undefined;
  const code = isObject(error)
    ? [error['status'], error['code'], error['type']].find((one) => isText(one))
    : error;
  if (!isText(code)) return undefined;
  const isWords = /^[a-z]{2,15}(_[a-z]{2,15})+$/.test(code);
  return isSuccess && mayBeToken(code) && !isWords ? undefined : code;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** An object and where it stands. */
interface Located {
  readonly path: readonly string[];
  readonly members: Members;
}

function findIn(
  value: unknown,
  names: readonly string[],
  search: WordsSearch,
): FoundText | undefined {
  let level = listObjects([], value);
  for (let depth = 1; depth <= levels; depth += 1) {
    for (const object of level) {
      const found = findInObject(object, names, search);
      if (found !== undefined) return found;
    }
    level = level.flatMap(listInner).slice(0, mostObjects);
  }
  return undefined;
}

/** A value that is an object, or the objects in a list. */
function listObjects(path: readonly string[], value: unknown): Located[] {
  if (isObject(value)) return [{ path, members: value }];
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, mostObjects)
    .flatMap((item: unknown, index) =>
      isObject(item) ? [{ path: [...path, String(index)], members: item }] : [],
    );
}

function listInner({ path, members }: Located): Located[] {
  return Object.entries(members)
    .slice(0, mostObjects)
    .flatMap(([name, value]) => listObjects([...path, name], value));
}

function findInObject(
  { path, members }: Located,
  names: readonly string[],
  search: WordsSearch,
): FoundText | undefined {
  const entries = Object.entries(members).slice(0, mostObjects);
  for (const place of names) {
    // It only announces what the field errors says.
    if (place === 'title' && hasDetails(entries, search)) continue;
    for (const [name, value] of entries) {
      if (squeeze(name) !== place) continue;
      // The code of RFC 6749 is shown by itself.
      if (name === 'error' && path.length === 0 && typeof value === 'string') continue;
      const found =
        findText([...path, name], value, search) ??
        (place === 'errors' ? findFieldError([...path, name], value, search) : undefined);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A text, or the first one in a list. */
function findText(
  path: readonly string[],
  value: unknown,
  search: WordsSearch,
): FoundText | undefined {
  if (isShown(value, search)) return { place: path.join('.'), text: value };
  if (!Array.isArray(value)) return undefined;
  const index = value.findIndex((item) => isShown(item, search));
  const text: unknown = value[index];
  return isShown(text, search) ? { place: [...path, index].join('.'), text } : undefined;
}

/** What is wrong with a field of the request: `{"client_id": ["The client_id field is required."]}`. */
function findFieldError(
  path: readonly string[],
  value: unknown,
  search: WordsSearch,
): FoundText | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).slice(0, mostObjects);
  // An error like any other, that only stands there.
  if (entries.some(([name, one]) => places.includes(squeeze(name)) && typeof one === 'string')) {
    return undefined;
  }
  for (const [name, one] of entries) {
    const found = findText([...path, name], one, search);
    if (found !== undefined) return { ...found, text: `${name}: ${found.text}` };
  }
  return undefined;
}

/** Whether there is a field errors that says something: a text, an error of a field, or an object with words of its own. */
function hasDetails(entries: readonly [string, unknown][], search: WordsSearch): boolean {
  return entries
    .filter(([name]) => squeeze(name) === 'errors')
    .some(
      ([, value]) =>
        findText([], value, search) !== undefined ||
        findFieldError([], value, search) !== undefined ||
        listObjects([], value).some(({ members }) => hasWords(members, search)),
    );
}

function hasWords(members: Members, search: WordsSearch): boolean {
  return Object.entries(members).some(
    ([name, value]) => places.includes(squeeze(name)) && findText([], value, search) !== undefined,
  );
}

/** Whether a value is a text that may be shown. */
function isShown(value: unknown, { isSuccess }: WordsSearch): value is string {
  return isText(value) && !(isSuccess && mayBeToken(value));
}

/**
 * Whether a text of an answer with a success status could be the token itself: 20 or more characters without a space.
 *
 * @see RFC 6749 section 10.10: a token must not be guessed, so none is short
 */
export function mayBeToken(value: string): boolean {
  return value.trim().length >= 20 && !value.trim().includes(' ');
}

/** `error_description`, `errorDescription` and `Error-Description` are one name. */
export function squeeze(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}
