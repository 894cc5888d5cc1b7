/** The log lines in docs/ are what the action prints. docs/troubleshooting.md has its own test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeIdToken } from '../../src/wording/id-token.ts';
import { sayFollowing, sayTaken, sayWaitedInVain } from '../../src/wording/cache.ts';
import { listFiles, readText } from '../support/making/examples.ts';
import { say } from '../support/making/inputs.ts';
import { failures } from '../support/tables/failures/failure-table.ts';
import { logTexts } from '../support/tables/log-table.ts';

const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'repo:acme/app:ref:refs/heads/main',
  aud: 'api://login.example.com',
};

const whole = [...failures, ...logTexts].flatMap(({ log }) => log);
const printed = new Set([
  ...whole,
  ...[sayFollowing(30), sayTaken(), sayWaitedInVain(30)].map(say),
  ...describeIdToken({ token: 'x', claims }).map(say),
]);

/** The lines of the blocks of text, without addresses to open. */
function listQuotes(file: string): string[] {
  return [...readText(file).matchAll(/^ *```text\n([^]*?)^ *```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('https://'));
}

test('each line of the log that a page quotes is printed exactly, as a whole or as the end of an error', () => {
  const pages = listFiles('docs', /\.md$/).filter((file) => file !== 'docs/troubleshooting.md');
  const quotes = pages.flatMap((file) => listQuotes(file).map((line) => ({ file, line })));
  assert.ok(quotes.length > 5);
  const others = quotes.filter(
    ({ line }) => !printed.has(line) && !whole.some((each) => each.endsWith(` ${line}`)),
  );
  assert.deepEqual(others, []);
});
