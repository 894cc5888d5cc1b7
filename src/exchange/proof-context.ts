import { hideIn } from '../masks/secrets.ts';
import type { IdTokens } from './id-tokens.ts';
import type { ProofContext } from './proofs.ts';
import type { Surroundings } from '../surroundings.ts';
import type { StageContext } from './stage.ts';

/** What a {@link ProofContext} is made of, as a stage has it. */
export interface ProofSources
  extends Pick<Surroundings, 'randomUUID'>, Pick<StageContext, 'clock' | 'log'> {
  /** Undefined where nothing rests on GitHub's ID token. */
  readonly idTokens: IdTokens | undefined;
}

/** Takes what proofs are made with from where a stage has it. */
export function makeProofContext({ clock, log, randomUUID, idTokens }: ProofSources): ProofContext {
  return {
    now: clock.now,
    randomUUID,
    hide: hideIn(log),
    readIdToken: () => idTokens?.last?.token ?? '',
  };
}
