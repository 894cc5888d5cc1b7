/** Reads the workflows in examples/ and docs/, and replaces their expressions by values. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseDocument } from 'yaml';

import { inputDefaults } from '../../../src/inputs/catalog.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The parts of a step that are used. */
export interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The parts of a job that are used. A job that calls a workflow has no steps. */
export interface Job {
  readonly uses?: string;
  readonly permissions?: unknown;
  readonly 'runs-on'?: unknown;
  readonly steps?: readonly Step[];
}

/** The parts of a workflow that are used. */
export interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** A piece of YAML, and where it is. */
export interface Source {
  readonly name: string;
  readonly yaml: string;
}

/** The files below a folder with this ending, in order, by their path in the repository. */
export function listFiles(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => join(folder, file).replaceAll('\\', '/'))
    .sort();
}

/** Whether there is a file or a folder at this path in the repository. */
export function fileExists(path: string): boolean {
  return existsSync(join(root, path));
}

/** The text of a file, by its path in the repository, with the line ends of this project. */
export function readText(file: string): string {
  return readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
}

/** A file that is YAML as a whole. */
export function readExample(file: string): Source {
  return { name: file, yaml: readText(file) };
}

/** The pieces of YAML in a page, each under the number of its line. */
export function readPage(file: string): Source[] {
  const page = readText(file);
  return [...page.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map((match) => ({
    name: `${file}:${page.slice(0, match.index).split('\n').length}`,
    yaml: match[1] ?? '',
  }));
}

/** Parses YAML without a schema: every value is a string, as an input is. Throws for anything that is not YAML. */
export function parse({ yaml }: Source): unknown {
  const document = parseDocument(yaml, { schema: 'failsafe' });
  assert.deepEqual(document.errors, []);
  return document.toJS();
}

/** Whether a value is an object and not an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a piece of YAML is a workflow. */
export function isWorkflow(value: unknown): value is Workflow {
  return isObject(value) && isObject(value['jobs']);
}

/** Whether a piece of YAML is a composite action, or the part of one that has the steps. */
export function isCompositeAction(value: unknown): boolean {
  return isObject(value) && isObject(value['runs']) && value['runs']['using'] === 'composite';
}

/** The steps anywhere in a piece of YAML, which may be a workflow, a list of steps or a single one. */
export function listSteps(value: unknown): Step[] {
  if (Array.isArray(value)) return value.flatMap(listSteps);
  if (!isObject(value)) return [];
  if ('uses' in value || 'run' in value) return [value];
  return Object.values(value).flatMap(listSteps);
}

/** Whether a step uses this action. */
export function isOwnStep({ uses }: Step): boolean {
  return uses?.startsWith('org/oauth2-token@') ?? false;
}

/** The values of expressions, by the text between their braces: `vars.TENANT_ID`. */
export type Values = Readonly<Record<string, string>>;

/** The value of an expression that is a whole input, by the input's name, if its form matters. */
const plausible: Values = {
  ...inputDefaults,
  'use-cache': 'true',
  'token-url': 'https://login.example.com/oauth2/token',
  'cache-encryption-key': 'c2VhbHMgdGhlIGNhY2hlIG9mIHRoaXMgcmVwb3NpdG9yeQ==',
};

/**
 * Replaces the expressions in the inputs of a step. A value of `values` is used first. If the expression is a whole
 * input with a special form, the value of `formed` with the input's name is used. Otherwise the expression's own name
 * is used, so that `${{ vars.CLIENT_ID }}` becomes `client-id`. `toJSON()` of an expression is the same in quotes.
 */
export function fillIn(inputs: Values, values: Values = {}, formed: Values = {}): Values {
  const fill = (name: string, value: string): string =>
    value.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (whole, expression: string) => {
      const form = whole === value ? (formed[name] ?? plausible[name]) : undefined;
      const [, quoted] = /^toJSON\((.*)\)$/.exec(expression) ?? [];
      if (quoted !== undefined) return JSON.stringify(values[quoted] ?? nameOf(quoted));
      return values[expression] ?? form ?? nameOf(expression);
    });
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, fill(name, value)]),
  );
}

/** `secrets.CLIENT_SECRET` as `client-secret`. */
function nameOf(expression: string): string {
  return expression
    .replace(/^\w+\./, '')
    .replaceAll(/\W+|_/g, '-')
    .toLowerCase();
}
