import { ExactNumber } from '../json/exact-json.ts';

/** What a response can say that has another place than RFC 6749 gives it. */
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
 * The places that are not the standard ones. A path is field names and indexes of lists, joined by dots; `.` is the
 * whole body. A field at the top whose name is the whole path comes first.
 */
export type ResponseFields = Readonly<Partial<Record<FieldName, string>>>;

/** What is wrong with one line. */
export interface FieldFault {
  readonly code: 'no_path' | 'unknown_name' | 'repeated_name';
  /** From 1. */
  readonly line: number;
  /** What is written for a name; empty if there is none. */
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

/** Where a value is in a body, step by step, and the value; no step is the whole body. */
export interface Place {
  readonly steps: readonly string[];
  readonly value: unknown;
}

/**
 * Finds a field in a body.
 *
 * @param body what was read of it: a value of JSON, the fields of a form, or a text
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
 * Whether a standard place is not that of its name: there is none for milliseconds, and a place that is listed for one
 * form of the expiry is not read in another, because milliseconds would be taken for seconds.
 */
function isTaken(fields: ResponseFields, name: FieldName): boolean {
  if (name === 'expires_in_ms') return true;
  return expiryNames.includes(name) && expiryNames.some((other) => fields[other] === name);
}

/** Follows a path. Only what is a field of the body itself is found, nothing of a prototype and no length of a list. */
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

/** What only the client should see. */
const secretNames: readonly FieldName[] = ['access_token', 'refresh_token', 'id_token'];

/**
 * A copy of a body without what is at the listed places of secrets. An item of a list becomes null, so that the others
 * keep their indexes.
 *
 * @param body nested no deeper than calls can go
 */
export function dropListedSecrets(body: unknown, fields: ResponseFields): unknown {
  return secretNames
    .filter((name) => fields[name] !== undefined)
    .flatMap((name) => findField(body, fields, name) ?? [])
    .reduce((rest, { steps }) => dropPlace(rest, steps), body);
}

function dropPlace(value: unknown, [step, ...further]: readonly string[]): unknown {
  // What contained it was dropped before.
  if (step === undefined || !isContainer(value) || !hasStep(value, step)) return value;
  const isLast = further.length === 0;
  const inner = isLast ? null : dropPlace(value[step], further);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (String(index) === step ? inner : item));
  }
  const kept = Object.entries(value).filter(([name]) => name !== step || !isLast);
  return Object.fromEntries(kept.map(([name, field]) => [name, name === step ? inner : field]));
}
