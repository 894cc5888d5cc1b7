/**
 * Obeys the workflow commands in a script's output. Follows ActionCommandManager.cs and OutputManager.cs of
 * https://github.com/actions/runner, with the features that github.com switches on: notices, and a warning for
 * set-output and save-state. Problem matchers are not supported: add-matcher and remove-matcher do nothing.
 */
import { type Command, parseCommand, readProperty } from './commands.ts';
import { RunnerError } from './errors.ts';
import type { Level, Step } from './step.ts';

interface Handler {
  obey: (step: Step, command: Command) => void;
  /** True if the command's line may be shown; it is, while commands are echoed. */
  shown: boolean;
}

const handlers = new Map<string, Handler>([
  ['add-mask', { obey: addMask, shown: false }],
  ['debug', { obey: debug, shown: false }],
  ['error', { obey: annotate('error'), shown: false }],
  ['warning', { obey: annotate('warning'), shown: false }],
  ['notice', { obey: annotate('notice'), shown: false }],
  ['group', { obey: beginGroup, shown: true }],
  ['endgroup', { obey: endGroup, shown: true }],
  ['echo', { obey: setEcho, shown: true }],
  ['set-output', { obey: setOutput, shown: true }],
  ['save-state', { obey: saveState, shown: true }],
  ['set-env', { obey: refuse, shown: true }],
  ['add-path', { obey: refuse, shown: true }],
  ['add-matcher', { obey: ignore, shown: true }],
  ['remove-matcher', { obey: ignore, shown: true }],
]);

const stopCommand = 'stop-commands';

const stopTokenRefused =
  "You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command. For more information see: https://docs.github.com/actions/learn-github-actions/workflow-commands-for-github-actions#example-stopping-and-starting-workflow-commands or opt into insecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`.";

/** Reads one step's output, line by line. */
export class OutputReader {
  readonly #step: Step;
  readonly #names = new Set([stopCommand, ...handlers.keys()]);
  #stopToken: string | undefined;

  /** Takes the step that the output belongs to. */
  constructor(step: Step) {
    this.#step = step;
  }

  /** Takes a line of stdout or stderr. The runner obeys commands in both. */
  read(line: string): void {
    const command = parseCommand(line, this.#names);
    if (command === undefined) {
      this.#show(line);
    } else if (this.#stopToken !== undefined) {
      this.#resume(command, line, this.#stopToken);
    } else if (command.command === stopCommand) {
      this.#stop(command, line);
    } else {
      this.#obey(command, line);
    }
  }

  #show(line: string): void {
    // Only the runner may write these two markers.
    this.#step.write(line.replaceAll(/##\[(?=(?:start|end)-action)/g, '##[\\'));
  }

  #resume(command: Command, line: string, stopToken: string): void {
    if (command.command !== stopToken) {
      this.#step.debug(
        `Process commands has been stopped and waiting for '##[${stopToken}]' to resume.`,
      );
      this.#show(line);
      return;
    }
    this.#step.commands.push(command);
    this.#names.delete(stopToken);
    this.#stopToken = undefined;
    this.#step.write(line);
    this.#step.debug('Resume processing commands');
  }

  #stop(command: Command, line: string): void {
    const token = command.data.toLowerCase();
    if (token === '' || token === 'pause-logging' || this.#names.has(token)) {
      // The runner fails the step here, but the rest of the script's output is still read.
      this.#step.fail(stopTokenRefused);
      return;
    }
    this.#step.commands.push(command);
    this.#names.add(token);
    this.#stopToken = token;
    if (token.length > 6) this.#step.masker.add(command.data);
    this.#step.write(line);
    this.#step.debug(
      'Paused processing commands until the token you called ::stopCommands:: with is received',
    );
  }

  #obey(command: Command, line: string): void {
    const handler = handlers.get(command.command);
    if (handler === undefined) return;
    this.#step.commands.push(command);
    if (this.#step.echoes && handler.shown) this.#step.write(line);
    const told = handler.shown ? line : command.command;
    this.#step.attempt(`Unable to process command '${told}' successfully.`, () => {
      handler.obey(this.#step, command);
    });
  }
}

function addMask(step: Step, { data }: Command): void {
  if (data.trim() === '') {
    step.annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.");
    return;
  }
  if (step.echoes) step.write('::add-mask::***');
  step.masks.push(data);
  step.masker.add(data);
}

function debug(step: Step, { data }: Command): void {
  step.debug(data);
}

function annotate(level: Level): Handler['obey'] {
  return (step, command) => {
    step.annotate(level, command.data, readProperty(command, 'title'));
  };
}

function beginGroup(step: Step, { data }: Command): void {
  step.write(`##[group]${data}`);
}

function endGroup(step: Step): void {
  step.write('##[endgroup]');
}

function setEcho(step: Step, { data }: Command): void {
  const value = data.trim().toLowerCase();
  if (value !== 'on' && value !== 'off') {
    throw new RunnerError(
      'refused_command',
      `Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`,
    );
  }
  step.echoes = value === 'on';
  step.debug(`Setting echo command value to '${value}'`);
}

function setOutput(step: Step, command: Command): void {
  deprecate(step, command);
  const name = requireName(command);
  step.outputs.set(name, command.data);
  step.debug(`${name}='${command.data}'`);
}

function saveState(step: Step, command: Command): void {
  deprecate(step, command);
  const name = requireName(command);
  step.state.set(name, command.data);
  step.debug(`Save intra-action state ${name} = ${command.data}`);
}

function deprecate(step: Step, { command }: Command): void {
  step.deprecations.push(command);
  step.annotate(
    'warning',
    `The \`${command}\` command is deprecated and will be disabled soon. Please upgrade to using Environment Files. For more information see: https://github.blog/changelog/2022-10-11-github-actions-deprecating-save-state-and-set-output-commands/`,
  );
}

function requireName(command: Command): string {
  const name = readProperty(command, 'name');
  if (name === undefined) {
    throw new RunnerError(
      'refused_command',
      `Required field 'name' is missing in ##[${command.command}] command.`,
    );
  }
  return name;
}

function refuse(_step: Step, { command }: Command): void {
  throw new RunnerError(
    'refused_command',
    `The \`${command}\` command is disabled. Please upgrade to using Environment Files or opt into unsecure command execution by setting the \`ACTIONS_ALLOW_UNSECURE_COMMANDS\` environment variable to \`true\`. For more information see: https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/`,
  );
}

function ignore(): void {
  // A problem matcher does not change the log.
}
