/** Every failure with its own words: how it happens, and everything that a person then reads. */
import { inputFailures } from './inputs.ts';
import { idTokenFailures } from './id-tokens.ts';
import { refusalFailures } from './refusals.ts';
import { metadataFailures } from './metadata.ts';
import { answerFailures } from './answers.ts';
import { connectionFailures } from './connections.ts';
import { wordsFailures } from './words.ts';
import type { Failure } from './row.ts';

/** Every failure. */
export const failures: readonly Failure[] = [
  ...inputFailures,
  ...idTokenFailures,
  ...refusalFailures,
  ...metadataFailures,
  ...answerFailures,
  ...wordsFailures,
  ...connectionFailures,
];
