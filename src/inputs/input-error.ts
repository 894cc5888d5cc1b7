import type { Text } from '../log/text.ts';
import type { EmptySecret } from './reader.ts';

/** Inputs that cannot be worked with; each problem names its input. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'bad_inputs';
  readonly problems: readonly Text[];
  /** The secret that is empty and needed, where one is; not among the problems. */
  readonly emptySecret: EmptySecret | undefined;

  /** Whether the problems are only that required inputs are empty, as they are where secrets are not given. */
  readonly isOnlyMissing: boolean;

  constructor(
    problems: readonly Text[],
    emptySecret: EmptySecret | undefined,
    isOnlyMissing = false,
  ) {
    super('bad_inputs');
    this.isOnlyMissing = isOnlyMissing;
    this.problems = problems;
    this.emptySecret = emptySecret;
  }
}
