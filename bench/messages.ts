/** What the benchmark and its servers, a process of their own, say to each other. */

/** How long the slow endpoint takes, milliseconds. */
export const slowness = 150;

/** What the parent gets first. */
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
  /** Empties the cache, and plants so many entries of others. */
  | { readonly kind: 'others'; readonly count: number };

/** What was counted since the start. */
export interface Counts {
  readonly tokenRequests: number;
  readonly cacheRequests: number;
  /** To and from all servers, TLS and headers included. */
  readonly bytes: number;
}
