import { hideIn } from '../masks/secrets.ts';
import type { IdTokens } from './id-tokens.ts';
import type { ProofContext } from './proofs.ts';
import type { Surroundings } from '../surroundings.ts';
import type { StageContext } from './stage.ts';

/** What a stage has to make a {@link ProofContext} of. */
export interface ProofSources
  extends Pick<Surroundings, 'randomUUID'>, Pick<StageContext, 'clock' | 'log'> {
  /** Undefined if the request needs no ID token of GitHub's. */
  readonly idTokens: IdTokens | undefined;
}

/** Makes the context of the proofs from what a stage has. */
export function makeProofContext({ clock, log, randomUUID, idTokens }: ProofSources): ProofContext {
  return {
    now: clock.now,
    randomUUID,
    hide: hideIn(log),
    readIdToken: () => idTokens?.last?.token ?? '',
  };
}
