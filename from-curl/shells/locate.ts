import { Refusal } from '../refusal.ts';
import { listMarks, type Slots } from '../secrets/slots.ts';
import { readCmdCommand } from './cmd.ts';
import { type Shell, type ShellCommand, type Surroundings, Variables } from './command.ts';
import { detectShell, dropPrompts } from './detect.ts';
import { readPosixCommand } from './posix.ts';
import { readPowerShellCommand } from './powershell.ts';

/** The curl command of a text, and the text around it. */
export interface LocatedCommand {
  /** The command's arguments, without `curl`. */
  readonly words: readonly string[];
  /** The standard input; undefined if it is not in the text. */
  readonly input: string | undefined;
  /** The commands that process its output. */
  readonly filters: readonly (readonly string[])[];
  /** The text after it, which may be an example of a response. */
  readonly rest: string;
}

const readers = {
  posix: readPosixCommand,
  powershell: readPowerShellCommand,
  cmd: readCmdCommand,
} as const satisfies Record<Shell, typeof readPosixCommand>;

/** A place where a command begins. */
interface Start {
  readonly at: number;
  /** The text before it in its line. */
  readonly before: string;
}

/**
 * Finds the curl command in a text and splits it into words. A command that only fetches GitHub's ID token is ignored,
 * because the action does that itself.
 *
 * @param pasted cleaned
 * @throws {Refusal} if there is none, or more than one, or if it cannot be read
 */
export function locateCommand(pasted: string, slots: Slots): LocatedCommand {
  const { text, shell: shellOfPrompt } = dropPrompts(pasted);
  const variables = new Variables();
  const starts = listStarts(text);
  let end = 0;
  let fetchesIdToken = false;
  for (const { at, before } of starts) {
    if (at < end) continue;
    const shell = shellOfPrompt ?? detectShell(text.slice(at), before);
    setVariables(text.slice(end, at), shell, { slots, variables, closer: undefined });
    const around = { slots, variables, closer: findCloser(before) };
    const command = readPipeline(text, at, { shell, around });
    if (!isIdTokenCommand(command.located, slots)) {
      refuseSecond(starts, command.end);
      return command.located;
    }
    fetchesIdToken = true;
    const variable = /([A-Za-z_]\w*)[ \t]*=[ \t]*["']?(?:\$\(|`|\()?[ \t]*$/.exec(before)?.[1];
    if (variable !== undefined) {
      variables.set(variable, slots.add('command', text.slice(at, command.end)));
    }
    end = command.end;
  }
  throw new Refusal({ code: fetchesIdToken ? 'id-token-command' : 'no-curl' });
}

const mostStarts = 500;

/** Every `curl` at the beginning of a command. In a sentence, only the one with arguments. */
function listStarts(text: string): Start[] {
  const found = [...text.matchAll(/(?<![\w./\\:-])(?:[\w./\\:-]*[/\\])?curl(?:\.exe)?(?=\s|$)/gi)];
  const starts = found.slice(0, mostStarts).map(({ index }) => {
    const line = text.lastIndexOf('\n', index - 1) + 1;
    return { at: index, before: text.slice(Math.max(line, index - 300), index) };
  });
  const commands = starts.filter(({ before }) => beginsCommand.test(before));
  if (commands.length > 0) return commands;
  return starts.filter(({ at }) => /^\S+[ \t]+(?:-|["']?https?:)/.test(text.slice(at, at + 80)));
}

/** The text that may be before a command in its line. */
const beginsCommand =
  /(?:^|[|;&({`=]|\b(?:run|RUN|cmd):?)[ \t]*(?:(?:sudo|time|exec|command|env|then|do|export|&)[ \t]+)*(?:[A-Za-z_]\w*=\S*[ \t]+)*["']?$/;

/** What ends a command in a substitution. */
function findCloser(before: string): string | undefined {
  const opening = /[(`][ \t]*$/.exec(before)?.[0].trim();
  return opening === '(' ? ')' : opening;
}

/** The command and those that process its output. */
function readPipeline(
  text: string,
  at: number,
  { shell, around }: { readonly shell: Shell; readonly around: Surroundings },
): { readonly located: LocatedCommand; readonly end: number } {
  const read = readers[shell];
  const command = read(text, at, around);
  const filters: (readonly string[])[] = [];
  let last: ShellCommand = command;
  while (last.isPiped) {
    const start = last.end + (/^\s*/.exec(text.slice(last.end))?.[0].length ?? 0);
    last = read(text, start, around);
    filters.push(last.words);
  }
  const located = {
    words: command.words.slice(1),
    input: command.input,
    filters,
    rest: text.slice(last.end),
  };
  return { located, end: last.end };
}

function isIdTokenCommand({ words }: LocatedCommand, slots: Slots): boolean {
  return words
    .flatMap(listMarks)
    .map((mark) => slots.get(mark))
    .some(
      (slot) => slot?.origin === 'variable' && /^ACTIONS_ID_TOKEN_REQUEST_URL$/i.test(slot.text),
    );
}

function refuseSecond(starts: readonly Start[], end: number): void {
  if (starts.some(({ at }) => at >= end)) throw new Refusal({ code: 'two-commands' });
}

const mostVariables = 100;

/** Notes the variables that the text before the command sets. */
function setVariables(text: string, shell: Shell, around: Surroundings): void {
  const assignments = [
    ...text.matchAll(
      /^[ \t]*(?:export[ \t]+|set[ \t]+"?|\$env:|\$)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?=\S)/gim,
    ),
  ].slice(0, mostVariables);
  for (const { 0: assignment, 1: name = '', index } of assignments) {
    const words = tryWords(text, index + assignment.length, { shell, around });
    const [value, ...others] = words;
    if (value !== undefined) around.variables.set(name, value.replace(/"$/, ''));
    for (const other of others) {
      const pair = /^([A-Za-z_]\w*)=([^]*)$/.exec(other);
      if (pair !== null) around.variables.set(pair[1] ?? '', pair[2] ?? '');
    }
  }
}

/** A text that cannot be read is not an assignment, but part of a sentence. */
function tryWords(
  text: string,
  at: number,
  { shell, around }: { readonly shell: Shell; readonly around: Surroundings },
): readonly string[] {
  try {
    return readers[shell](text, at, around).words;
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
