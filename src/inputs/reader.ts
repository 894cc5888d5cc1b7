import { got, renderText, text, type Text } from '../log/text.ts';
import { inputDefaults, type InputName, type SecretName } from './catalog.ts';
import { explainMissingSecret, type MissingSecretCause } from './empty-secret.ts';

/**
 * Reads one input as the runner hands it over.
 *
 * @param how `exact` keeps white space at the ends
 * @returns an empty string where it was left out
 * @see https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs
 */
export function readInput(
  env: NodeJS.ProcessEnv,
  name: InputName,
  how: 'trimmed' | 'exact' = 'trimmed',
): string {
  const value = env[`INPUT_${name.toUpperCase()}`] ?? '';
  return how === 'exact' ? value : value.trim();
}

/** The fewest characters of a secret; a mask of fewer would blank the log. */
export const shortestSecret = 4;

/** A secret that is needed and empty, and why. */
export interface EmptySecret {
  /** The input, with the name of the secret in it if it has several: `parameters: password`. */
  readonly name: string;
  readonly cause: MissingSecretCause;
}

/** What a number may be. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** `over` where the least itself is not allowed. */
  readonly bound?: 'from' | 'over';
  readonly whole?: boolean;
  readonly unit?: 'seconds';
}

/** Reads inputs and collects what is wrong with them, so that all of it is reported at once. */
export class InputReader {
  readonly problems: Text[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #ignored = new Set<InputName>();
  #missing: string | undefined;
  readonly #required: Text[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** Notes that an input is wrong. */
  complain(problem: Text): void {
    this.problems.push(problem);
  }

  /** Whether something is noted of an input. */
  complainsOf(name: InputName): boolean {
    return this.problems.some((problem) =>
      renderText(problem, (all) => all).startsWith(`${name}:`),
    );
  }

  /** Notes that an input is required and empty. */
  miss(problem: Text): void {
    this.complain(problem);
    this.#required.push(problem);
  }

  /** Whether all that is wrong is that required inputs are empty. */
  get isOnlyMissing(): boolean {
    return this.problems.every((problem) => this.#required.includes(problem));
  }

  /**
   * Notes that a secret is needed and empty, which has reasons of its own; the first one counts.
   *
   * @param part its name, if the input has several
   */
  missSecret(name: SecretName | 'parameters' | 'headers', part?: string): void {
    this.#missing ??= part === undefined ? name : `${name}: ${part}`;
  }

  /** From here on the input reads as left out: what is wrong with it is reported already. */
  ignore(name: InputName): void {
    this.#ignored.add(name);
  }

  get missesSecret(): boolean {
    return this.#missing !== undefined;
  }

  /** The secret that is needed and empty, with what started the run as the likely reason. */
  findEmptySecret(): EmptySecret | undefined {
    if (this.#missing === undefined) return undefined;
    return { name: this.#missing, cause: explainMissingSecret(this.#env) };
  }

  /** The value; its default, or undefined, where it was left out. */
  read(name: InputName): string | undefined {
    const value = this.#readRaw(name);
    if (value !== '') return value;
    return inputDefaults[name];
  }

  /** Whether something was written; a value equal to its default counts as not written. */
  isGiven(name: InputName): boolean {
    const value = this.#readRaw(name);
    return value !== '' && value !== inputDefaults[name];
  }

  /** The value with its white space; empty where it was left out. */
  readExact(name: InputName): string {
    return this.#readRaw(name, 'exact');
  }

  #readRaw(name: InputName, how: 'trimmed' | 'exact' = 'trimmed'): string {
    return this.#ignored.has(name) ? '' : readInput(this.#env, name, how);
  }

  /** One of several words; undefined where it was left out, or is none of them. */
  readOptionalChoice<const Choice extends string>(
    name: InputName,
    choices: readonly Choice[],
  ): Choice | undefined {
    const value = this.read(name);
    if (value === undefined) return undefined;
    const choice = choices.find((one) => one === value);
    if (choice === undefined) {
      this.complain(text`${name}: ${got(value)}; must be one of: ${choices.join(', ')}`);
    }
    return choice;
  }

  /** One of several words. */
  readChoice<const Choice extends string>(
    name: InputName,
    choices: readonly [Choice, ...Choice[]],
  ): Choice {
    return this.readOptionalChoice(name, choices) ?? choices[0];
  }

  /** A boolean of YAML 1.2: `true`, `True`, `TRUE` and the same of `false`. */
  readFlag(name: InputName): boolean {
    const value = this.read(name) ?? '';
    if (!/^(true|True|TRUE|false|False|FALSE)$/.test(value)) {
      this.complain(text`${name}: ${got(value)}; must be true or false`);
    }
    return value.toLowerCase() === 'true';
  }

  /** As {@link readNumber}; undefined where it was left out. */
  readOptionalNumber(name: InputName, range: NumberRange): number | undefined {
    return this.read(name) === undefined ? undefined : this.readNumber(name, range);
  }

  /** A decimal number; NaN, and a problem noted, where it is none or out of range. */
  readNumber(name: InputName, range: NumberRange): number {
    const value = this.read(name) ?? '';
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
    if (number > range.max) {
      this.complain(text`${name}: ${got(value)}; must be at most ${range.max}`);
      return NaN;
    }
    const { min, bound = 'from', whole = false, unit } = range;
    const large = bound === 'over' ? number > min : number >= min;
    if (large && (!whole || Number.isInteger(number))) return number;
    const kind = `a ${whole ? 'whole ' : ''}number${unit === undefined ? '' : ` of ${unit}`}`;
    const least = bound === 'over' ? text`more than ${min}` : text`${min} or more`;
    this.complain(text`${name}: ${got(value)}; must be ${kind}, ${least}`);
    return NaN;
  }
}
