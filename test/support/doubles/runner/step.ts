/**
 * One step as the runner sees it: its log and what it has set. Follows ExecutionContext.cs of
 * https://github.com/actions/runner.
 */
import type { Command } from './commands.ts';
import type { Masker } from './masker.ts';

/** How much an annotation matters. */
export type Level = 'error' | 'warning' | 'notice';

/** A message that the run's summary page shows. */
export interface Annotation {
  level: Level;
  /** As written: the runner masks an annotation's message, not its title. */
  title?: string;
  /** Masked, and cut to 4,096 characters. */
  message: string;
}

const annotationsOfALevel = 10;
const annotationLength = 4096;

/** What a step has done so far. */
export class Step {
  /** The commands that the runner obeyed, in order. */
  readonly commands: Command[] = [];
  /** The values that were given to add-mask, in order, each as a whole. */
  readonly masks: string[] = [];
  /** At most 10 of a level. */
  readonly annotations: Annotation[] = [];
  /** The errors of the runner itself, masked. */
  readonly errors: string[] = [];
  /** The deprecated commands that were used, once for each use. */
  readonly deprecations: string[] = [];
  readonly outputs = new Map<string, string>();
  readonly environment = new Map<string, string>();
  readonly path: string[] = [];
  readonly state = new Map<string, string>();
  summary = '';
  /** True once a command or a command file failed: the step fails then, whatever the exit code. */
  failed = false;
  /** True while commands are shown in the log. With step debug logging they are shown from the start. */
  echoes: boolean;
  readonly masker: Masker;
  readonly #debugs: boolean;
  readonly #log: string[] = [];
  readonly #onLine: (line: string) => void;

  /** Takes the job's masker, whether step debug logging is on, and what is called with each line that is written. */
  constructor(masker: Masker, debugs: boolean, onLine: (line: string) => void = () => undefined) {
    this.masker = masker;
    this.#onLine = onLine;
    this.echoes = debugs;
    this.#debugs = debugs;
  }

  /** The raw log until now: each line ends with LF, without the time that GitHub puts before it. */
  get log(): string {
    return this.#log.map((line) => `${line}\n`).join('');
  }

  /** Writes into the log, masked with the secrets that are known so far. */
  write(text: string): void {
    const masked = this.masker.mask(text);
    this.#log.push(masked);
    for (const line of masked.split('\n')) this.#onLine(line);
  }

  /** Writes into the log if step debug logging is on. */
  debug(text: string): void {
    if (!this.#debugs) return;
    for (const line of text.split(/\r?\n/)) this.write(`##[debug]${line}`);
  }

  /** Writes a message into the log, and annotates the run with it. */
  annotate(level: Level, text: string, title?: string): void {
    const message = this.masker.mask(text).slice(0, annotationLength);
    const before = this.annotations.filter((annotation) => annotation.level === level).length;
    if (message.trim() !== '' && before < annotationsOfALevel) {
      this.annotations.push({ level, ...(title !== undefined && { title }), message });
    }
    if (message !== '') this.write(`##[${level}]${message}`);
  }

  /** Notes errors of the runner's own that belong together, one annotation for each. */
  refuse(...messages: string[]): void {
    for (const message of messages) this.annotate('error', message);
    this.errors.push(this.masker.mask(messages.join(' ')));
  }

  /** As refuse, but the step also fails. */
  fail(...messages: string[]): void {
    this.refuse(...messages);
    this.failed = true;
  }

  /** Obeys a command. If that throws, the step fails with the error, which is written after `what`. */
  attempt(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(what, error instanceof Error ? error.message : String(error));
    }
  }
}
