/** A runner's toolkit that prints as @actions/core does, into a text. */
import type { Runner } from '../../../src/log/log.ts';

/** A command that was printed on purpose: its name, and its data before they were escaped. */
export type PrintedCommand = readonly [command: string, data: string];

/** A {@link Runner} that records its calls. */
export interface PrintingRunner extends Runner {
  /** What would be on stdout. */
  readonly stdout: () => string;
  /** The commands in it, in order. */
  readonly commands: readonly PrintedCommand[];
  /** How many lines are not commands. */
  readonly plainLines: () => number;
  /** The outputs and variables that were set, in order. */
  readonly outputs: readonly (readonly [name: string, value: string])[];
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly state: readonly (readonly [name: string, value: string])[];
}

/** Makes a {@link PrintingRunner}; `debug` is whether step debug logging is on. */
export function createPrintingRunner({ debug = false }: { debug?: boolean } = {}): PrintingRunner {
  const printed: string[] = [];
  const commands: PrintedCommand[] = [];
  const outputs: [string, string][] = [];
  const variables: [string, string][] = [];
  const state: [string, string][] = [];
  let plain = 0;
  const issue = (command: string, data: string, title = ''): void => {
    commands.push([command, data]);
    const properties = title === '' ? '' : ` title=${escapeProperty(title)}`;
    printed.push(`::${command}${properties}::${escapeData(data)}\n`);
  };
  const annotate =
    (level: string): Runner['error'] =>
    (message, { title } = {}) => {
      issue(level, String(message), title);
    };
  return {
    stdout: () => printed.join(''),
    plainLines: () => plain,
    commands,
    outputs,
    variables,
    state,
    setSecret: (secret) => {
      issue('add-mask', secret);
    },
    info: (line) => {
      plain += 1;
      printed.push(`${line}\n`);
    },
    notice: annotate('notice'),
    warning: annotate('warning'),
    error: annotate('error'),
    startGroup: (title) => {
      issue('group', title);
    },
    endGroup: () => {
      issue('endgroup', '');
    },
    // All three go into files, with a delimiter that nobody can guess.
    setOutput: (name, value) => outputs.push([name, String(value)]),
    exportVariable: (name, value) => variables.push([name, String(value)]),
    saveState: (name, value) => state.push([name, String(value)]),
    isDebug: () => debug,
  };
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
