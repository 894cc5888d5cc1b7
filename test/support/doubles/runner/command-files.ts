/**
 * The files through which a step sets outputs, state, environment, path and summary. Follows FileCommandManager.cs of
 * https://github.com/actions/runner.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#environment-files
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RunnerError } from './errors.ts';
import { splitLines } from './lines.ts';
import type { Step } from './step.ts';

interface FileKind {
  /** The end of the name of its variable, in lower case. */
  name: string;
  prefix: string;
  take: (step: Step, text: string) => void;
}

/** In the order in which the runner reads them. */
const kinds: readonly FileKind[] = [
  { name: 'path', prefix: 'add_path_', take: takePath },
  { name: 'env', prefix: 'set_env_', take: takeEnvironment },
  { name: 'step_summary', prefix: 'step_summary_', take: takeSummary },
  { name: 'state', prefix: 'save_state_', take: takeState },
  { name: 'output', prefix: 'set_output_', take: takeOutputs },
];

const summaryLimit = 1024 * 1024;

/** One step's files. */
export interface CommandFiles {
  /** The variables that name them: GITHUB_OUTPUT and the others. */
  environment: Record<string, string>;
  /** Reads them into the step. A malformed file fails the step. Call it when the script has ended. */
  collect: (step: Step) => Promise<void>;
}

/** Makes a step's files, empty, under the directory RUNNER_TEMP. */
export async function createCommandFiles(temp: string): Promise<CommandFiles> {
  const directory = path.join(temp, '_runner_file_commands');
  await mkdir(directory, { recursive: true });
  const suffix = randomUUID();
  const files = kinds.map((kind) => ({ kind, file: path.join(directory, kind.prefix + suffix) }));
  await Promise.all(files.map(({ file }) => writeFile(file, '')));
  return {
    environment: Object.fromEntries(
      files.map(({ kind, file }) => [`GITHUB_${kind.name.toUpperCase()}`, file]),
    ),
    collect: async (step) => {
      for (const { kind, file } of files) {
        // The script may have removed it.
        if (!existsSync(file)) continue;
        const text = new TextDecoder().decode(await readFile(file));
        step.attempt(`Unable to process file command '${kind.name}' successfully.`, () => {
          kind.take(step, text);
        });
      }
    },
  };
}

/**
 * Reads `NAME=value` and `NAME<<delimiter` entries, one after the other, so that those before a malformed one count.
 * Takes the file's text and the platform: a CR before an LF is part of the line, except on Windows. Throws RunnerError
 * malformed_file, with the runner's own words.
 */
export function* parsePairs(
  text: string,
  platform: NodeJS.Platform = process.platform,
): Generator<[name: string, value: string]> {
  const lines = readLines(text, platform);
  for (const line of lines) {
    if (line.text === '') continue;
    const equals = line.text.indexOf('=');
    const heredoc = line.text.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      yield [line.text.slice(0, equals), line.text.slice(equals + 1)];
    } else if (heredoc >= 0) {
      yield [line.text.slice(0, heredoc), readHeredoc(lines, line.text, heredoc)];
    } else {
      throw malformed(`Invalid format '${line.text}'`);
    }
  }
}

interface Line {
  text: string;
  /** Empty at the end of a file without a last line break. */
  lineBreak: string;
}

function* readLines(text: string, platform: NodeJS.Platform): Generator<Line, undefined> {
  const lineBreak = platform === 'win32' ? /\r?\n$/ : /\n$/;
  for (const [line] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const end = lineBreak.exec(line)?.[0] ?? '';
    yield { text: line.slice(0, line.length - end.length), lineBreak: end };
  }
}

function readHeredoc(lines: Generator<Line, undefined>, head: string, at: number): string {
  const delimiter = head.slice(at + 2);
  if (at === 0 || delimiter === '') {
    throw malformed(
      `Invalid format '${head}'. Name must not be empty and delimiter must not be empty`,
    );
  }
  let value = '';
  let between = '';
  for (;;) {
    const line = lines.next().value;
    if (line === undefined) {
      throw malformed(`Invalid value. Matching delimiter not found '${delimiter}'`);
    }
    if (line.text === delimiter) return value;
    if (line.lineBreak === '') throw malformed('Invalid value. EOF marker missing new line.');
    value += between + line.text;
    between = line.lineBreak;
  }
}

function malformed(message: string): RunnerError {
  return new RunnerError('malformed_file', message);
}

function requireName(name: string): void {
  if (name === '') throw malformed("Value cannot be null. (Parameter 'name')");
}

function takePath(step: Step, text: string): void {
  step.path.push(...splitLines(text).filter((line) => line !== ''));
}

function takeEnvironment(step: Step, text: string): void {
  for (const [name, value] of parsePairs(text)) {
    if (name.toUpperCase() === 'NODE_OPTIONS') {
      step.refuse("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      continue;
    }
    requireName(name);
    step.environment.set(name, value);
    step.debug(`${name}='${value}'`);
  }
}

function takeSummary(step: Step, text: string): void {
  const size = Buffer.byteLength(text);
  if (size > summaryLimit) {
    step.refuse(
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.floor(size / 1024)}k. For more information see: https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary`,
    );
    return;
  }
  step.summary = splitLines(text)
    .map((line) => `${step.masker.mask(line)}\n`)
    .join('');
}

function takeState(step: Step, text: string): void {
  for (const [name, value] of parsePairs(text)) {
    step.state.set(name, value);
    step.debug(`Save intra-action state ${name} = ${value}`);
  }
}

function takeOutputs(step: Step, text: string): void {
  for (const [name, value] of parsePairs(text)) {
    requireName(name);
    step.outputs.set(name, value);
    step.debug(`Set output ${name} = ${value}`);
  }
}
