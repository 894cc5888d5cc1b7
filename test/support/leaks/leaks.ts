/**
 * Searches for secrets in everything that is visible of a script in the embedded runner. The runner does this for every
 * script, so that no test must request it.
 *
 * It searches for the secrets of the step (inputs, proxies, the runner's tokens), those that were sent over the network
 * (the test servers note them), the outputs and everything that was masked. It finds them as they are and in every
 * encoding, even broken by white space, or cut with `...` after them. It does not search for texts of fewer than 8
 * characters, or for words of letters of fewer than 16 (`password`), because both occur by chance. Nothing here comes
 * from the action's own code.
 */
import { squeeze, writeAll } from './encodings.ts';
import { listHandedOut } from './handed-out.ts';
import { listCommandLines, readLeftFiles } from './left-behind.ts';
import { isSecretName, readMembers } from './names.ts';
import { listStepSecrets, type Secret } from './step-secrets.ts';
import type { Masker } from '../doubles/runner/masker.ts';

/** A secret that is visible, or that is not masked correctly. */
export interface Leak {
  /** What the secret is. */
  readonly what: string;
  /** Where it is visible; `masks` if it was not masked, or masked too late. */
  readonly where: string;
  /** How it is encoded there, or what is wrong with its mask. */
  readonly how: string;
}

/** A script leaked secrets. The message shows none of them. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly code = 'leak';
  readonly leaks: readonly Leak[];

  constructor(leaks: readonly Leak[]) {
    super(leaks.map(({ what, where, how }) => `${what}: ${where}, ${how}`).join('\n'));
    this.leaks = leaks;
  }
}

/** What is known about a script before it runs. */
export interface Watched {
  readonly masker: Masker;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Secrets that the runner has known from the start. */
  readonly masks: readonly string[];
  /** Whether the script is the action, which must mask its secrets before it prints anything. */
  readonly isAction: boolean;
  /** Where the script can leave files. */
  readonly directories: readonly string[];
}

/** The result of the script. */
export interface Seen {
  /** The raw log, masked as the runner did it. */
  readonly log: string;
  readonly annotations: readonly { readonly title?: string; readonly message: string }[];
  /** Masked. */
  readonly summary: string;
  readonly state: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
  /** The values given to add-mask. */
  readonly masks: readonly string[];
}

/** Watches one script. */
export class LeakWatch {
  readonly #watched: Watched;
  readonly #secrets: readonly Secret[];
  /** What was printed. Each line is masked with the masks before it. */
  readonly #printed = new Set<string>();
  readonly #commandLines = new Set<string>();
  readonly #late: Leak[] = [];
  #pid: number | undefined;
  #began = false;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#secrets = listStepSecrets(watched.inputs, watched.environment).filter(isWorthIt);
  }

  /** The script runs, in a process of this id. */
  start(pid: number | undefined): void {
    this.#pid = pid;
  }

  /** Takes a line of stdout or stderr, before the runner obeys it. */
  read(line: string): void {
    if (line.startsWith('::add-mask::')) return;
    this.#printed.add(this.#watched.masker.mask(line));
    if (this.#pid !== undefined) {
      for (const commandLine of listCommandLines(this.#pid)) this.#commandLines.add(commandLine);
    }
    if (this.#began) return;
    this.#began = true;
    if (this.#watched.isAction) this.#late.push(...this.#listUnmasked('after the first line'));
  }

  /**
   * Checks the result of the script, after its end.
   *
   * @throws {LeakError} if a secret is visible
   */
  check(seen: Seen): void {
    const places: readonly (readonly [string, string])[] = [
      ['log', [...new Set([...this.#printed, ...seen.log.split('\n')])].join('\n')],
      [
        'annotations',
        seen.annotations.flatMap(({ title = '', message }) => [title, message]).join('\n'),
      ],
      ['summary', seen.summary],
      ['state', [...seen.state].flat().join('\n')],
      ['command line', [...this.#commandLines].join('\n')],
      ...readLeftFiles(this.#watched.directories).map(
        ({ path, text }) => [`file ${path}`, text] as const,
      ),
    ];
    const secrets = collect(this.#secrets, this.#watched.masks, seen);
    const leaks = places.flatMap(([where, text]) => findIn(where, text, secrets));
    const all = [...this.#late, ...this.#listUnmaskedOutputs(seen), ...leaks];
    if (all.length > 0) throw new LeakError(all);
  }

  #listUnmasked(how: string): Leak[] {
    return this.#secrets
      .filter(({ value, masked }) => masked && !isHidden(value, this.#watched.masker))
      .map(({ what }) => ({ what, where: 'masks', how }));
  }

  #listUnmaskedOutputs({ outputs }: Seen): Leak[] {
    if (!this.#watched.isAction) return [];
    return listOutputSecrets(outputs)
      .filter(({ value }) => isWorthIt({ value }) && !isHidden(value, this.#watched.masker))
      .map(({ what }) => ({ what, where: 'masks', how: 'never' }));
  }
}

/** The outputs that are secret, and the secrets in `response`. */
function listOutputSecrets(outputs: ReadonlyMap<string, string>): Omit<Secret, 'masked'>[] {
  const whole = ['token', 'refresh-token', 'id-token'].map((name) => ({
    what: `the output ${name}`,
    value: outputs.get(name) ?? '',
  }));
  const members = readMembers(outputs.get('response') ?? '')
    .filter(([name]) => isSecretName(name))
    .map(([name, value]) => ({ what: `the member ${name} of the output response`, value }));
  return [...whole, ...members];
}

/** The description of each secret, by the secret, each once. */
function collect(
  secrets: readonly Secret[],
  runnerMasks: readonly string[],
  { outputs, masks }: Seen,
): Map<string, string> {
  const all = new Map<string, string>();
  const add = (value: string, what: string): void => {
    if (isWorthIt({ value }) && !all.has(value)) all.set(value, what);
  };
  for (const { value, what } of secrets) add(value, what);
  for (const { value, what } of listOutputSecrets(outputs)) add(value, what);
  for (const value of runnerMasks) add(value.trim(), 'a secret of the workflow');
  for (const [value, what] of listHandedOut()) add(value, what);
  for (const value of masks) add(value, 'what was masked');
  // Each line of a secret is a secret too, because the runner masks each line.
  for (const [value, what] of [...all]) {
    if (/[\r\n]/.test(value))
      value.split(/[\r\n]+/).forEach((line) => {
        add(line.trim(), what);
      });
  }
  return all;
}

/** Shorter texts and ordinary words are found by chance. */
function isWorthIt({ value }: { readonly value: string }): boolean {
  return value.length >= 8 && !/^[A-Za-z]{1,15}$/.test(value);
}

function isHidden(value: string, masker: Masker): boolean {
  return /^[*\s]*$/.test(masker.mask(value));
}

function findIn(where: string, text: string, secrets: ReadonlyMap<string, string>): Leak[] {
  if (text === '') return [];
  const squeezed = squeeze(text);
  const cuts = listCuts(squeezed);
  return [...secrets].flatMap(([secret, what]) => {
    const found = writeAll(secret).find((writing) => squeezed.includes(writing.text));
    if (found !== undefined) return [{ what, where, how: found.encoding }];
    const writings = [squeeze(secret), ...writeAll(secret).map((writing) => writing.text)];
    return cuts.some((before) => writings.some((one) => endsWithBeginning(before, one)))
      ? [{ what, where, how: 'cut' }]
      : [];
  });
}

/** How many characters of a cut secret count as visible. */
const shortestCut = 12;

/** The text before each `...`. */
function listCuts(text: string): string[] {
  return [...text.matchAll(/(?<!\.)\.\.\.(?!\.)/g)].map(({ index }) =>
    text.slice(Math.max(0, index - 4096), index),
  );
}

function endsWithBeginning(text: string, secret: string): boolean {
  const beginning = secret.slice(0, shortestCut);
  if (beginning.length < shortestCut) return false;
  const at = text.lastIndexOf(beginning);
  return at >= 0 && secret.startsWith(text.slice(at));
}
