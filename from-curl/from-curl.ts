/**
 * Reads one curl command from standard input and prints a workflow step as YAML. It runs and fetches nothing.
 *
 * Usage: npm run --silent from-curl < FILE
 */
import process from 'node:process';

import { checkInputs } from './checks/check.ts';
import { makeKeyStandIns } from './checks/keys.ts';
import { convertCurl } from './convert.ts';
import { Refusal } from './refusal.ts';
import { longestPaste } from './shells/paste.ts';
import { explainRefusal } from './wording.ts';

/** Reads standard input, but not much more than can be converted. */
async function readInput(): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestPaste) break;
  }
  return text + decoder.decode();
}

if (process.stdin.isTTY) {
  console.error('Paste the curl command, then press Ctrl+D (on Windows Ctrl+Z and Enter).');
}
try {
  const { inputs, yaml } = convertCurl(await readInput());
  checkInputs(inputs, await makeKeyStandIns(inputs));
  process.stdout.write(yaml);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(explainRefusal(error.reason));
  process.exitCode = 1;
}
