import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';

/** Which characters of src/ have run so far, and how often one input ran them, by magnitude. */
export interface Coverage {
  /** Whether something unknown ran since the last call. It stays unknown. */
  readonly sawNew: () => Promise<boolean>;
  /** Adds what ran since the last call, which was one input. Returns whether a character or a magnitude was new. */
  readonly learn: () => Promise<boolean>;
  /** How many characters of source are known to have run. */
  readonly size: () => number;
  readonly stop: () => Promise<void>;
}

/** How often each character of a file ran, as a bit that stands for the magnitude; 0 for never. */
type Magnitudes = Uint8Array;

/**
 * Starts to count what V8 runs. Characters are compared, not blocks, because V8 joins neighbors that ran equally often.
 *
 * @see https://chromedevtools.github.io/devtools-protocol/v8/Profiler/
 */
export async function startCoverage(): Promise<Coverage> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const known = new Map<string, Magnitudes>();
  const take = async (): Promise<[known: Magnitudes, ran: Magnitudes][]> => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => url.includes('/src/'))
      .map((script) => {
        const ran = paint(script);
        const before = known.get(script.url) ?? new Uint8Array();
        const grown = new Uint8Array(Math.max(before.length, ran.length));
        grown.set(before);
        known.set(script.url, grown);
        return [grown, ran];
      });
  };
  return {
    sawNew: async () =>
      (await take()).some(([before, ran]) => ran.some((bit, at) => bit !== 0 && before[at] === 0)),
    learn: async () => {
      let news = false;
      for (const [before, ran] of await take()) {
        ran.forEach((bit, at) => {
          const bits = before[at] ?? 0;
          news ||= (bits & bit) !== bit;
          before[at] = bits | bit;
        });
      }
      return news;
    },
    size: () => {
      const files = [...known.values()];
      return files.reduce((sum, file) => sum + file.filter((bits) => bits !== 0).length, 0);
    },
    stop: async () => {
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

/** Inner ranges come after the outer ones and have their own counts. */
function paint({ functions }: Profiler.ScriptCoverage): Magnitudes {
  const ranges = functions.flatMap((one) => one.ranges);
  const length = ranges.reduce((most, { endOffset }) => Math.max(most, endOffset), 0);
  const painted = new Uint8Array(length);
  for (const { startOffset, endOffset, count } of ranges) {
    const bit = count === 0 ? 0 : 1 << Math.min(7, Math.floor(Math.log2(count)));
    painted.fill(bit, startOffset, endOffset);
  }
  return painted;
}
