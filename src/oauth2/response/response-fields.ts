import { ExactNumber } from '../json/exact-json.ts';

/** What can be in another place of a response than the one of RFC 6749. */
export const fieldNames = [
  'access_token',
  'token_type',
  'expires_in',
  'expires_in_ms',
  'expires_at',
  'scope',
  'refresh_token',
  'id_token',
] as const;

export type FieldName = (typeof fieldNames)[number];

/**
 * The places that differ from the standard. A path is field names and indexes of lists, joined by dots. `.` is the
 * whole body. If a field at the top has the whole path as its name, it is used.
 */
export type ResponseFields = Readonly<Partial<Record<FieldName, string>>>;

/** What is wrong with one line. */
export interface FieldFault {
  readonly code: 'no_path' | 'unknown_name' | 'repeated_name';
  /** From 1. */
  readonly line: number;
  /** What is written as the name; empty if there is none. */
  readonly name: string;
}

/** Reads lines of `name=path`, split at the first `=`. White space around both and empty lines are dropped. */
export function parseResponseFields(input: string): {
  readonly fields: ResponseFields;
  readonly faults: readonly FieldFault[];
} {
  const fields: Partial<Record<FieldName, string>> = {};
  const faults: FieldFault[] = [];
  for (const [index, line] of input.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [before = '', ...rest] = line.split('=');
    const written = before.trim();
    const path = rest.join('=').trim();
    const name = fieldNames.find((one) => one === written);
    const complain = (code: FieldFault['code']): void => {
      faults.push({ code, line: index + 1, name: written });
    };
    if (path === '') complain('no_path');
    else if (name === undefined) complain('unknown_name');
    else if (fields[name] !== undefined) complain('repeated_name');
    else fields[name] = path;
  }
  return { fields, faults };
}

/** Where a value is in a body, step by step, and the value. Without steps it is the whole body. */
export interface Place {
  readonly steps: readonly string[];
  readonly value: unknown;
}

/**
 * Finds a field in a body.
 *
 * @param body the body that was read: a JSON value, the fields of a form, or a text
 * @returns undefined if it is not there
 */
export function findField(
  body: unknown,
  fields: ResponseFields,
  name: FieldName,
): Place | undefined {
  const path = fields[name];
  if (path !== undefined) return findPlace(body, path);
  return isTaken(fields, name) ? undefined : findPlace(body, name, [name]);
}

const expiryNames: readonly FieldName[] = ['expires_in', 'expires_in_ms', 'expires_at'];

/**
 * Whether the standard place of a name must not be read. There is no standard place for milliseconds. A place that is
 * listed for one form of the expiry is not read as another, because milliseconds would be taken for seconds.
 */
function isTaken(fields: ResponseFields, name: FieldName): boolean {
  if (name === 'expires_in_ms') return true;
  return expiryNames.includes(name) && expiryNames.some((other) => fields[other] === name);
}

/** Follows a path. Only fields of the body itself are found, not those of a prototype or the length of a list. */
function findPlace(
  body: unknown,
  path: string,
  steps: readonly string[] = path.split('.'),
): Place | undefined {
  if (isContainer(body) && !Array.isArray(body) && Object.hasOwn(body, path)) {
    return { steps: [path], value: body[path] };
  }
  if (path === '.') return isContainer(body) ? undefined : { steps: [], value: body };
  let value = body;
  for (const step of steps) {
    if (!isContainer(value) || !hasStep(value, step)) return undefined;
    value = value[step];
  }
  return { steps, value };
}

type Container = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

function hasStep(value: Container, step: string): boolean {
  return Object.hasOwn(value, step) && (!Array.isArray(value) || step !== 'length');
}

/** Whether the access token can be in a list that is the whole body. */
export function readsList({ access_token: path = '' }: ResponseFields): boolean {
  return /^\d+(\.|$)/.test(path);
}

/** Whether the access token can be the whole body. */
export function readsText({ access_token: path }: ResponseFields): boolean {
  return path === '.';
}

/** The fields that only the client should see. */
const secretNames: readonly FieldName[] = ['access_token', 'refresh_token', 'id_token'];

/**
 * A copy of a body without the secrets at the listed places. An item of a list becomes null, so that the other items
 * keep their indexes.
 *
 * @param body nested no deeper than a recursive call can go
 */
export function dropListedSecrets(body: unknown, fields: ResponseFields): unknown {
  return secretNames
    .filter((name) => fields[name] !== undefined)
    .flatMap((name) => findField(body, fields, name) ?? [])
    .reduce((rest, { steps }) => dropPlace(rest, steps), body);
}

function dropPlace(value: unknown, [step, ...further]: readonly string[]): unknown {
  // The object or list around it was dropped before.
  if (step === undefined || !isContainer(value) || !hasStep(value, step)) return value;
  const isLast = further.length === 0;
  const inner = isLast ? null : dropPlace(value[step], further);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (String(index) === step ? inner : item));
  }
  const kept = Object.entries(value).filter(([name]) => name !== step || !isLast);
  return Object.fromEntries(kept.map(([name, field]) => [name, name === step ? inner : field]));
}
