import {
  findIdTokenEndpoint,
  type IdToken,
  type IdTokenEndpoint,
  requestIdToken,
} from '../id-token/id-token.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { hideFromServer } from '../masks/secrets.ts';
import { runStage, type StageContext } from './stage.ts';
import { describeIdTokenRequest } from '../wording/requests.ts';
import { IdTokenError, judgeIdTokenFailure } from '../id-token/id-token-error.ts';

/**
 * How long an ID token that was requested for its claims may wait until it is sent, in milliseconds. It is valid for
 * five minutes.
 */
const longestWait = 60_000;

/** The job's ID tokens. A server may accept each ID token only once, so every attempt gets a new one. */
export class IdTokens {
  readonly #endpoint: IdTokenEndpoint;
  readonly #inputs: Inputs;
  readonly #context: StageContext;
  /** An ID token that no server has seen. */
  #unused: { readonly idToken: IdToken; readonly gotAt: number } | undefined;
  #last: IdToken | undefined;

  private constructor(endpoint: IdTokenEndpoint, inputs: Inputs, context: StageContext) {
    this.#endpoint = endpoint;
    this.#inputs = inputs;
    this.#context = context;
  }

  /**
   * @param env the step's environment
   * @returns undefined if the inputs use no ID token
   * @throws {IdTokenError} `no_permission` if the job has no permission to request one
   */
  static open(inputs: Inputs, env: NodeJS.ProcessEnv, context: StageContext): IdTokens | undefined {
    if (inputs.idTokenAs === undefined) return undefined;
    const endpoint = findIdTokenEndpoint(env);
    if (endpoint === undefined) throw new IdTokenError('no_permission');
    return new IdTokens(endpoint, inputs, context);
  }

  /** The one that was used last; undefined before the first. */
  get last(): IdToken | undefined {
    return this.#last;
  }

  /**
   * Gives an ID token whose claims are needed. A later {@link take} gives the same one to be sent.
   *
   * @throws {StageError} if no ID token comes
   */
  async look(): Promise<IdToken> {
    const idToken = await this.#request();
    this.#unused = { idToken, gotAt: this.#context.clock.monotonic() };
    return idToken;
  }

  /**
   * Gives an ID token that is sent once.
   *
   * @throws {StageError} if no ID token comes
   */
  async take(): Promise<IdToken> {
    const unused = this.#unused;
    this.#unused = undefined;
    const isFresh =
      unused !== undefined && this.#context.clock.monotonic() - unused.gotAt < longestWait;
    this.#last = isFresh ? unused.idToken : await this.#request();
    return this.#last;
  }

  async #request(): Promise<IdToken> {
    const { url } = this.#endpoint;
    const { idTokenAudience, retryOn } = this.#inputs;
    const hide = hideFromServer(this.#context.log);
    const { result } = await runStage(
      {
        stage: 'id_token',
        inputs: this.#inputs,
        server: url,
        shape: describeIdTokenRequest(url, this.#inputs),
        ask: (attempt) => requestIdToken(this.#endpoint, idTokenAudience, { ...attempt, hide }),
        judge: (error) => judgeIdTokenFailure(error, retryOn),
      },
      this.#context,
    );
    return result;
  }
}
