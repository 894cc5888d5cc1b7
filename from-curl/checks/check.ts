import { InputError } from '../../src/inputs/input-error.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { joinTexts, renderText } from '../../src/log/text.ts';
import { Refusal } from '../refusal.ts';
import type { StepInput } from '../step/step.ts';

/** Texts that replace keys and certificates, which the action parses. */
export interface KeyStandIns {
  readonly 'private-key': string;
  readonly 'client-key': string;
  readonly 'client-certificate': string;
  readonly 'ca-certificate': string;
}

/** How many characters of a problem are shown. */
const longestProblem = 300;

/**
 * Lets the action check the inputs of a step. A value of the right form replaces each secret and variable.
 *
 * @throws {Refusal} if the action would refuse them
 */
export function checkInputs(inputs: ReadonlyMap<StepInput, string>, keys: KeyStandIns): void {
  const env = [...inputs].map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    name in keys ? keys[name as keyof KeyStandIns] : fillIn(name, value),
  ]);
  try {
    readInputs(Object.fromEntries(env) as NodeJS.ProcessEnv, { debug: false });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new Refusal({ code: 'refused-by-action', problem: describe(error) });
  }
}

function describe({ problems, emptySecret }: InputError): string {
  const problem = renderText(joinTexts(problems, '; '), (text) => text);
  const whole = problem === '' ? `${emptySecret?.name ?? 'a secret'} is empty` : problem;
  return whole.length > longestProblem ? `${whole.slice(0, longestProblem)}...` : whole;
}

const reference = /\$\{\{ (?:secrets|vars)\.(\w+) \}\}/g;

function fillIn(name: StepInput, value: string): string {
  const isAddress = name === 'token-url' || name === 'resource';
  const addressed = isAddress
    ? value.replace(/^\$\{\{ \w+\.\w+ \}\}/gm, 'https://a.example')
    : value;
  return (
    addressed
      // A port, or a JSON value without quotes.
      .replace(/(?<=:)\$\{\{ \w+\.\w+ \}\}(?=[/?]|$)/g, name === 'token-url' ? '443' : '$&')
      .replace(/(?<=": |^ *|\[)\$\{\{ \w+\.\w+ \}\}(?=,?$)/gm, name === 'parameters' ? '1' : '$&')
      .replace(
        reference,
        (_, variable: string) => `stand-in-for-${variable.toLowerCase().replaceAll('_', '-')}`,
      )
  );
}
