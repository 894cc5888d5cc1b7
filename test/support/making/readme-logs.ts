/** The log samples of README.md, printed by the built action. */
import { json } from '../doubles/scripted-server.ts';
import { answer, fail } from '../tables/failure-scene.ts';
import { startStage } from './cache-stage.ts';

/** The widest line of a sample. GitHub shows so many characters on a narrow page. */
export const widestLine = 80;

/**
 * Runs the jobs of the samples and gives their logs, each as the text of one block: a token that is not in the cache,
 * the same token from the cache, and a client that is refused.
 */
export async function printSamples(): Promise<string[]> {
  const stage = await startStage();
  try {
    const inputs = { scopes: 'read list' };
    const miss = await stage.run({ inputs });
    const hit = await stage.run({ inputs });
    const refused = await fail(answer([json(401, { error: 'invalid_client' })]));
    return [miss.lines, hit.lines, refused.log].map((lines) => lines.flatMap(wrap).join('\n'));
  } finally {
    await stage.close();
  }
}

/** Breaks a line between words. The rest is indented by two more characters. */
function wrap(line: string): string[] {
  const [, indent = '', text = ''] = /^( *)(.*)$/.exec(line) ?? [];
  const lines: string[] = [];
  let current = indent;
  for (const word of text.split(' ')) {
    const longer = current.trim() === '' ? `${current}${word}` : `${current} ${word}`;
    if (longer.length <= widestLine) {
      current = longer;
    } else {
      lines.push(current);
      current = `${indent}  ${word}`;
    }
  }
  return [...lines, current];
}
