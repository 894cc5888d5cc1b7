/** Random numbers from a seed: the same seed gives the same numbers. */
export interface Chance {
  /** A number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** A time that is seldom much longer, and never much shorter, than its median: log-normal, with sigma 0.5. */
  readonly latency: (median: number) => number;
}

const sigma = 0.5;

/**
 * Makes the random numbers of a seed, which is a whole number.
 *
 * @see https://www.jstatsoft.org/article/view/v008i14 xorshift
 */
export function createChance(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e37_79b1) | 1;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // Small seeds begin with similar numbers.
  for (let turn = 0; turn < 16; turn += 1) random();
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return { random, latency: (median) => median * Math.exp(sigma * normal()) };
}
