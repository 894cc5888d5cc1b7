/** The messages between the benchmark and its servers, which are a separate process. */

/** How long the slow endpoint takes, in milliseconds. */
export const slowness = 150;

/** The first message to the parent. */
export interface Addresses {
  readonly fast: string;
  readonly slow: string;
  readonly https: string;
  /** The CA of the https endpoint, PEM. */
  readonly ca: string;
  /** What the runner gives a job for the cache. */
  readonly cacheEnvironment: Record<string, string>;
}

/** What the parent can request. */
export type Wish =
  | { readonly kind: 'count' }
  /** Tokens of so many characters from now on. */
  | { readonly kind: 'token-length'; readonly length: number }
  /** Empties the cache, and plants so many entries of other jobs. */
  | { readonly kind: 'others'; readonly count: number };

/** What was counted since the start. */
export interface Counts {
  readonly tokenRequests: number;
  readonly cacheRequests: number;
  /** To and from all servers, including TLS and headers. */
  readonly bytes: number;
}
