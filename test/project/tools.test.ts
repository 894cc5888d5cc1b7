/** The steps of docs/tools.md for npm and git send the token, and do not put it into a file or an argument. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { listSteps, parse, readPage, type Step } from '../support/making/examples.ts';
import { dynamic, reply, startScriptedServer } from '../support/doubles/scripted-server.ts';

const token = 'the-token-of-the-step';
const steps = readPage('docs/tools.md').flatMap((piece) => listSteps(parse(piece)));

/** The steps need a shell of Linux or macOS. */
const options = { skip: process.platform === 'win32' && 'the steps are for bash' };

/** The result of a step. */
interface Trial {
  /** The headers `Authorization` of its requests, in order. */
  readonly authorizations: readonly (string | undefined)[];
  /** The folder in which it ran. */
  readonly folder: string;
}

/** Runs the script of a step against a server that requires a token and has no content, instead of this host. */
async function tryStep(t: TestContext, { run = '', env = {} }: Step, host: string): Promise<Trial> {
  const server = await startScriptedServer({
    answers: [
      dynamic(({ headers }) =>
        headers['authorization'] === undefined
          ? reply({ status: 401, headers: { 'www-authenticate': 'Basic realm="test"' } })
          : reply({ status: 404 }),
      ),
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), 'oauth2-token-tools-'));
  t.after(async () => {
    await server.close();
    await rm(folder, { recursive: true, maxRetries: 3 });
  });
  const local = (text: string): string =>
    text
      .replaceAll(`https://${host}`, server.origin)
      .replaceAll(host, server.origin.replace('http://', ''));
  await writeFile(join(folder, 'package.json'), '{"dependencies":{"a-package":"1.0.0"}}');
  const variables = Object.entries(env).map(
    ([name, value]) => [name, local(value).replace(/\$\{\{.*\}\}/, token)] as const,
  );
  await new Promise<void>((resolve) => {
    // It fails, because the server has nothing.
    execFile(
      'bash',
      ['-e', '-c', local(run).replace('npm ci', 'npm install --fetch-retries 0')],
      {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          GIT_TERMINAL_PROMPT: '0',
          ...Object.fromEntries(variables),
        },
      },
      () => {
        resolve();
      },
    );
  });
  const authorizations = server.requests.map(({ headers }) => headers['authorization']);
  return { authorizations: authorizations.map((each) => each?.toString()), folder };
}

/** The only step with these words in its script and this variable. */
function findStep(words: string, variable: string): Step {
  const [step, ...more] = steps.filter(
    ({ run = '', env = {} }) => run.includes(words) && variable in env,
  );
  assert.ok(step !== undefined && more.length === 0, words);
  return step;
}

function basic(name: string): string {
  return `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`;
}

describe('docs/tools.md', () => {
  test('gives npm the token, and .npmrc only the name of the variable', options, async (t) => {
    const step = findStep('_authToken', 'TOKEN');
    const { authorizations, folder } = await tryStep(t, step, 'npm.example.com');
    assert.ok(authorizations.includes(`Bearer ${token}`), String(authorizations));
    const file = await readFile(join(folder, '.npmrc'), 'utf8');
    assert.doesNotMatch(file, new RegExp(token));
  });

  test('gives git the token as a password', options, async (t) => {
    const step = findStep('credential.helper', 'TOKEN');
    const { authorizations } = await tryStep(t, step, 'git.example.com');
    assert.ok(authorizations.includes(basic('oauth2')), String(authorizations));
  });

  test('gives git the token as a header', options, async (t) => {
    const step = findStep('git clone', 'GIT_CONFIG_COUNT');
    const { authorizations } = await tryStep(t, step, 'git.example.com');
    assert.ok(authorizations.includes(`Bearer ${token}`), String(authorizations));
  });

  test('puts the token into no script', () => {
    for (const { run = '' } of steps) assert.doesNotMatch(run, /\$\{\{/);
  });
});
