/** The options of `npm run demo` and `npm run serve`. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { parse } from 'yaml';

import {
  type InputName,
  inputNames,
  secretInputs,
  type SecretKind,
  secretNames,
} from '../src/inputs/catalog.ts';
import { guessInput } from '../src/inputs/misspelling.ts';
import { listStepSecrets } from '../src/masks/secrets.ts';

/** Wrong usage, with a message for the user. */
export class UsageError extends Error {}

/** Inputs of the action, by name. */
export type Inputs = Readonly<Record<string, string>>;

/** What a user wants to try. */
export interface Trial {
  readonly inputs: Inputs;
  /** Inputs that no log shows: they come from the environment, or they are a key. */
  readonly hidden: readonly string[];
}

/** Inputs that can be a file, as curl takes one (`--cacert`, `--cert`, `--key`). */
const kindsOfFiles: ReadonlySet<SecretKind> = new Set(['private_key', 'certificate']);

const fileInputs: readonly string[] = secretInputs
  .filter(([, kind]) => kindsOfFiles.has(kind))
  .map(([name]) => name);

const wholeSecrets: readonly string[] = secretNames;

/** Inputs that can hold a secret, and that the environment can give for this reason. */
const variableInputs: readonly InputName[] = secretInputs.map(([name]) => name);

/** The variable that gives an input: `CLIENT_SECRET` for `client-secret`. */
export function variableOf(input: string): string {
  return input.toUpperCase().replaceAll('-', '_');
}

/**
 * Reads options that all take a value.
 *
 * @param names the options that exist
 * @param guess gives the option that an unknown name probably means
 * @throws UsageError for an unknown option, an option without its value, or an argument that is no option
 */
export function readOptions(
  args: readonly string[],
  names: readonly string[],
  guess: (name: string) => string | undefined,
): Inputs {
  const pairs = pairUp(args);
  const unknown = pairs.map(([name]) => name).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(unknown.map((name) => complainOf(name, guess(name))).join('\n'));
  }
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      if (value === undefined) throw new UsageError(`--${name}: has no value`);
      return [name, value];
    }),
  );
}

/** Names and values, written as `--name value` or `--name=value`. A value can begin with dashes: a PEM does. */
function pairUp(args: readonly string[]): (readonly [name: string, value: string | undefined])[] {
  const [first, ...rest] = args;
  if (first === undefined) return [];
  const [, name, written] = /^--([a-z][\w-]*)(?:=(.*))?$/is.exec(first) ?? [];
  if (name === undefined) throw new UsageError(`${first}: is no option`);
  const [next = '--none', ...others] = rest;
  const hasOwn = written !== undefined || isOption(next);
  return [[name, hasOwn ? written : next], ...pairUp(hasOwn ? rest : others)];
}

function isOption(argument: string): boolean {
  return /^--[a-z]/i.test(argument);
}

function complainOf(name: string, meant: string | undefined): string {
  const advice = meant === undefined ? '--help lists all options' : `did you mean --${meant}?`;
  return `--${name}: unknown option, ${advice}`;
}

/**
 * Reads what a user wants to try: the options, and the secrets from the environment.
 *
 * @param env secrets, by the name of their input: `CLIENT_SECRET`. `INIT_CWD` is the folder in which npm was started
 * @throws UsageError as readOptions, for a secret among the options, and if there is no credential
 */
export function readTrial(args: readonly string[], env: NodeJS.ProcessEnv): Trial {
  const folder = env['INIT_CWD'] ?? process.cwd();
  const written = readOptions(args, inputNames, guessInput);
  const given = mapValues(written, (name, value) => readFileOf(name, value, folder));
  for (const [name, value] of Object.entries(written)) {
    if (given[name] === value) refuseSecret(name, value);
  }
  const variables = Object.fromEntries(
    variableInputs.flatMap((name) => {
      const value = env[variableOf(name)] ?? '';
      const isGiven = value !== '' && given[name] === undefined;
      return isGiven ? [[name, readFileOf(name, value, folder)] as const] : [];
    }),
  );
  const inputs = { 'use-cache': 'false', ...given, ...variables };
  requireCredential(inputs);
  const keys = Object.keys(given).filter((name) => wholeSecrets.includes(name));
  return { inputs, hidden: [...Object.keys(variables), ...keys] };
}

function mapValues(inputs: Inputs, change: (name: string, value: string) => string): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, change(name, value)]),
  );
}

/** The contents of the file that a value names, if the input can be one; else the value. */
function readFileOf(name: string, value: string, folder: string): string {
  // A PEM is no name of a file; nor is its base64, which is longer than names can be.
  if (!fileInputs.includes(name) || value.includes('\n') || value.length > 1000) return value;
  const file = resolve(folder, value);
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : value;
}

/** Refuses an argument that is a secret, or that holds one. */
function refuseSecret(name: string, value: string): void {
  const isSecret =
    wholeSecrets.includes(name) ||
    (!fileInputs.includes(name) && listSecrets({ [name]: value }).length > 0);
  if (!isSecret) return;
  const instead = fileInputs.includes(name) ? ' instead, or name a file' : ' instead';
  throw new UsageError(
    `--${name} has a secret, and other users of this machine can see arguments. Set the variable ${variableOf(name)}${instead}.`,
  );
}

/** Lists the secrets in inputs, in every form in which they can appear in a log. */
export function listSecrets(inputs: Inputs): string[] {
  return listStepSecrets(
    Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
  );
}

function requireCredential(inputs: Inputs): void {
  const sufficient = [...secretNames, 'client-auth-method', 'client-certificate', 'id-token-as'];
  if (sufficient.some((name) => name in inputs)) return;
  throw new UsageError(
    'CLIENT_SECRET is not set: the client secret is read from this environment variable.',
  );
}

const usage = `Usage: npm run demo
       CLIENT_SECRET=... npm run demo -- --token-url https://... --client-id ... [more options]

Without options: three jobs get a token from an embedded authorization server (oidc-provider, https on this machine).
The second job gets it from an embedded cache service, and the third one revokes its own.

With options: gets a token from your own server, so that you can try settings before you push a workflow. Each input of
the action is an option of the same name. Secrets come from environment variables, because other users of the machine
can see arguments. GitHub's OIDC token exists only in a workflow, so id-token-as cannot be tried here.`;

/**
 * Gives the help of the demo, with every option.
 *
 * @param root the folder of the project, for its action.yml
 */
export function renderHelp(root: string): string {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
    readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  };
  const explain = (name: string): string => firstSentenceOf(action.inputs[name]?.description ?? '');
  const options = inputNames.filter((name) => !wholeSecrets.includes(name) || isFile(name));
  const others = variableInputs.filter((name) => !wholeSecrets.includes(name));
  return [
    usage,
    '',
    'Options:',
    ...options.map((name) => renderRow(`--${name}${isFile(name) ? ' FILE' : ''}`, explain(name))),
    '',
    'Environment variables:',
    ...secretNames.map((name) => renderRow(variableOf(name), explain(name))),
    '',
    `If they hold a secret, these can come from the environment, too: ${others.map(variableOf).join(', ')}.`,
    'A certificate or a key can be the name of a file or a PEM; an option with a private key must be the name of a file.',
  ].join('\n');
}

function isFile(name: string): boolean {
  return fileInputs.includes(name);
}

function renderRow(name: string, text: string): string {
  return `  ${name.padEnd(27)} ${text}`;
}

/** Of a description, what stands before the first full stop that ends a sentence. */
function firstSentenceOf(description: string): string {
  return /^.*?\.(?=\s|$)/s.exec(description)?.[0] ?? description;
}
