import type { GaveUp } from '../retry/retry.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Inputs } from '../inputs/inputs.ts';

/** What is requested, in this order. Each has its own attempts. */
export type Stage = 'metadata' | 'id_token' | 'token' | 'revocation';

/** What was known when a stage failed. */
export interface StageFacts {
  /** The inputs, with the endpoint that the metadata named as soon as it is known. */
  readonly inputs: Inputs;
  /** The URL that was requested, or the issuer whose metadata was requested. Its query may hold secrets. */
  readonly server: string;
  /** The ID token that the last request carried. */
  readonly idToken?: IdToken | undefined;
}

/** All attempts of a stage failed. */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly code = 'stage_failed';
  readonly stage: Stage;
  readonly gaveUp: GaveUp;
  readonly facts: StageFacts;

  constructor(stage: Stage, gaveUp: GaveUp, facts: StageFacts) {
    super('stage_failed', { cause: gaveUp });
    this.stage = stage;
    this.gaveUp = gaveUp;
    this.facts = facts;
  }
}
