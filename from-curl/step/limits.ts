import type { CurlArguments } from '../curl/arguments.ts';
import { lastOf } from '../curl/request.ts';
import type { Step, StepInput } from './step.ts';

/** Sets the inputs for time limits and retries. */
export function setLimits(step: Step, args: CurlArguments): void {
  setNumber(step, 'timeout', lastOf(args, 'max-time'), (seconds) => seconds);
  setNumber(step, 'total-timeout', lastOf(args, 'retry-max-time'), (seconds) => seconds);
  setNumber(step, 'retry-max-attempts', lastOf(args, 'retry'), (count) =>
    Math.min(Math.floor(count) + 1, 100),
  );
  const isAll = args.given.some(({ name }) => name === 'retry-all-errors');
  if (isAll) step.set('retry-on', 'all');
}

function setNumber(
  step: Step,
  input: StepInput,
  written: string | undefined,
  convert: (number: number) => number,
): void {
  if (written === undefined || !/^\d{1,5}(\.\d{1,3})?$/.test(written)) return;
  const number = convert(Number(written));
  if (number > 0 && number <= 86_400) step.set(input, String(number));
}
