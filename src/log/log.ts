import type * as core from '@actions/core';

import { renderText, type Text } from './text.ts';
import { listWritings } from './writings.ts';

/** The part of @actions/core that is used. */
export type Runner = Pick<
  typeof core,
  | 'setSecret'
  | 'info'
  | 'notice'
  | 'warning'
  | 'error'
  | 'startGroup'
  | 'endGroup'
  | 'setOutput'
  | 'exportVariable'
  | 'saveState'
  | 'isDebug'
>;

/** A line that the author of the workflow must act on. */
export interface Annotation {
  /** A few words. `oauth2-token: ` is put before them. */
  readonly title: string;
  readonly message: Text;
}

/** The log of the step. All that the action prints goes through it, and it hides what a reader must not see. */
export class Log {
  readonly #runner: Runner;
  readonly #masked = new Set<string>();
  /**
   * What is hidden, in every spelling. The longest comes first, so that a secret that contains another one is hidden as
   * a whole.
   */
  #hidden: readonly string[] | undefined;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Hides a secret from now on, in the runner's log and in texts from outside. Empty secrets are ignored. */
  mask(secret: string): void {
    if (secret === '' || this.#masked.has(secret)) return;
    this.#masked.add(secret);
    this.#hidden = undefined;
    this.#runner.setSecret(secret);
  }

  /** Prints a line. */
  say(line: Text): void {
    this.#runner.info(this.#render(line));
  }

  /** Prints lines in a folded group. */
  group(title: Text, lines: readonly Text[]): void {
    this.#runner.startGroup(this.#render(title));
    for (const line of lines) this.say(line);
    this.#runner.endGroup();
  }

  /** Prints a notice, which the run's summary shows too. It says that nothing is wrong. */
  note({ title, message }: Annotation): void {
    this.#runner.notice(this.#render(message), { title: `oauth2-token: ${title}` });
  }

  /** Prints a warning, which the run's summary shows too. */
  warn({ title, message }: Annotation): void {
    this.#runner.warning(this.#render(message), { title: `oauth2-token: ${title}` });
  }

  /** Prints the error that made the step fail. */
  fail({ title, message }: Annotation): void {
    this.#runner.error(this.#render(message), { title: `oauth2-token: ${title}` });
  }

  #render(line: Text): string {
    return renderText(line, (text) => this.#redact(text));
  }

  #redact(text: string): string {
    this.#hidden ??= [...new Set([...this.#masked].flatMap(listWritings))].sort(
      (a, b) => b.length - a.length,
    );
    return this.#hidden.reduce((rest, writing) => rest.replaceAll(writing, '***'), text);
  }
}
