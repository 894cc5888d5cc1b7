/** The inputs that an action's metadata declares, as ActionRunner.cs of https://github.com/actions/runner uses them. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { RunnerError } from './errors.ts';

interface Metadata {
  inputs?: Record<string, { default?: string }>;
}

/** A step's inputs, completed, and the runner's warning if some are not declared. */
export interface CompletedInputs {
  inputs: Readonly<Record<string, string>>;
  warning?: string;
}

/**
 * Adds all missing inputs from the action.yml at that path, with their default or empty. Without a path, gives the
 * inputs as they are. Throws RunnerError unsupported_default for a default with an expression.
 */
export async function completeInputs(
  given: Readonly<Record<string, string>>,
  file: string | undefined,
): Promise<CompletedInputs> {
  if (file === undefined) return { inputs: given };
  // Without a schema every value is a string, as an input is.
  const metadata = parse(await readFile(file, 'utf8'), { schema: 'failsafe' }) as Metadata;
  const declared = Object.entries(metadata.inputs ?? {});
  const inputs: Record<string, string> = { ...given };
  const givenNames = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  for (const [name, input] of declared) {
    if (!givenNames.has(name.toLowerCase())) inputs[name] = readDefault(name, input.default);
  }
  const names = declared.map(([name]) => name);
  const lowerCaseNames = new Set(names.map((name) => name.toLowerCase()));
  const unexpected = Object.keys(given).filter((name) => !lowerCaseNames.has(name.toLowerCase()));
  if (unexpected.length === 0) return { inputs };
  const warning = `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${names.join("', '")}']`;
  return { inputs, warning };
}

function readDefault(name: string, value = ''): string {
  if (value.includes('${{')) {
    throw new RunnerError('unsupported_default', `The default of ${name} is an expression.`);
  }
  return value;
}
