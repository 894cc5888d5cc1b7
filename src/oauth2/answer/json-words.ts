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
  /** Whether a text that only repeats the status is passed over. */
  readonly passesOverStatus?: boolean;
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

/** Names that many servers make of these: `statusMessage`, `responseDescription`, `userMessage`, `moreInformation`. */
const otherPlaces = /(message|msg|description|information|info|reason)$/;

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
  const objects = listAll(value);
  if (search.isSuccess) return findIn(objects, placesOfSuccess, search);
  const others = listOtherPlaces(objects);
  const telling = { ...search, passesOverStatus: true };
  return (
    findIn(objects, places, telling) ??
    findIn(objects, others, telling) ??
    findIn(objects, [...places, ...others], search) ??
    findIn(objects, lastPlaces, search)
  );
}

/** The most other places that are looked into. */
const mostOtherPlaces = 20;

/** The names of such fields, in the order in which they stand there. */
function listOtherPlaces(objects: readonly Located[]): readonly string[] {
  const names = objects
    .flatMap(({ fields }) => fields.map(({ place }) => place))
    .filter((place) => otherPlaces.test(place) && !places.includes(place));
  return [...new Set(names)].slice(0, mostOtherPlaces);
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
  return isSuccess && code.split(' ').some(mayBeToken) && !isWords ? undefined : code;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** A field of an object. */
interface Field {
  readonly name: string;
  /** The name as it is compared. */
  readonly place: string;
  readonly value: unknown;
}

/** An object and where it stands. */
interface Located {
  readonly path: readonly string[];
  readonly fields: readonly Field[];
}

function locate(path: readonly string[], members: Members): Located {
  const fields = Object.entries(members)
    .slice(0, mostObjects)
    .map(([name, value]) => ({ name, place: squeeze(name), value }));
  return { path, fields };
}

function findIn(
  objects: readonly Located[],
  names: readonly string[],
  search: WordsSearch,
): FoundText | undefined {
  for (const object of objects) {
    const found = findInObject(object, names, search);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The objects of a value, breadth first. */
function listAll(value: unknown): readonly Located[] {
  const found = [listObjects([], value)];
  while (found.length < levels) {
    found.push((found.at(-1) ?? []).flatMap(listInner).slice(0, mostObjects));
  }
  return found.flat();
}

/** A value that is an object, or the objects in a list. */
function listObjects(path: readonly string[], value: unknown): Located[] {
  if (isObject(value)) return [locate(path, value)];
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, mostObjects)
    .flatMap((item: unknown, index) =>
      isObject(item) ? [locate([...path, String(index)], item)] : [],
    );
}

function listInner({ path, fields }: Located): Located[] {
  return fields.flatMap(({ name, value }) => listObjects([...path, name], value));
}

function findInObject(
  { path, fields }: Located,
  names: readonly string[],
  search: WordsSearch,
): FoundText | undefined {
  const known = fields.filter(({ place }) => names.includes(place));
  for (const place of names) {
    // It only announces what the field errors says.
    if (place === 'title' && hasDetails(known, search)) continue;
    for (const { name, value } of known.filter((field) => field.place === place)) {
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

/** A text, the first one in a list, or, as OData has it, the value beside its language. */
function findText(
  path: readonly string[],
  value: unknown,
  search: WordsSearch,
): FoundText | undefined {
  if (isShown(value, search)) return { place: path.join('.'), text: value };
  if (isObject(value) && isShown(value['value'], search) && !search.isSuccess) {
    return { place: [...path, 'value'].join('.'), text: value['value'] };
  }
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
function hasDetails(fields: readonly Field[], search: WordsSearch): boolean {
  return fields
    .filter(({ place }) => place === 'errors')
    .some(
      ({ value }) =>
        findText([], value, search) !== undefined ||
        findFieldError([], value, search) !== undefined ||
        listObjects([], value).some((object) => hasWords(object, search)),
    );
}

function hasWords({ fields }: Located, search: WordsSearch): boolean {
  return fields.some(
    ({ place, value }) => places.includes(place) && findText([], value, search) !== undefined,
  );
}

/** Whether a value is a text that may be shown. */
function isShown(value: unknown, search: WordsSearch): value is string {
  const { isSuccess, passesOverStatus = false } = search;
  if (!isText(value) || (isSuccess && mayBeToken(value))) return false;
  return !passesOverStatus || !statusPhrase.test(value);
}

/** The words of a status that refuses, which are shown with its number. */
const statusPhrase =
  /^\s*(\d{3}\W*)?(bad request|unauthorized|unauthorised|forbidden|not found|internal server error)\W*$/i;

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
