/** Every fault of the table twice: in process with a clock that nobody waits for, and by the built action. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { Runner } from '../../src/log/log.ts';
import { run } from '../../src/action/run.ts';
import { realSurroundings } from '../../src/action/surroundings.ts';
import type { Clock } from '../../src/clock.ts';
import {
  accessToken,
  commonInputs,
  draw,
  type FaultRow,
  faultTable,
  type Outcome,
  proxiedHost,
  type ProxySetup,
  secrets,
  startOfTime,
} from '../support/tables/fault-table.ts';
import { type Proxy, startProxy } from '../support/doubles/proxy.ts';
import { runAction } from '../support/doubles/runner.ts';
import { startScriptedServer, token } from '../support/doubles/scripted-server.ts';

const root = join(import.meta.dirname, '..', '..');

/** The longest that a child may take: a guard against a hang, shorter than an attempt without an answer. Milliseconds. */
const guard = 12_000;

// The proxies of the machine that runs the tests are nobody's business here; the HTTP client reads them anew each time.
for (const name of ['https_proxy', 'http_proxy', 'no_proxy']) {
  for (const each of [name, name.toUpperCase()]) Reflect.deleteProperty(process.env, each);
}

/** A row's network, started. */
interface Scene {
  readonly inputs: Readonly<Record<string, string>>;
  /** The variables of the row, its proxy's among them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly count: () => Pick<Outcome, 'requests' | 'connects'>;
  /** How many connections the server elsewhere got, which should get none. */
  readonly strayed: () => number;
  /** Makes a text of the log comparable with one of the table. */
  readonly stabilize: (text: string) => string;
  readonly close: () => Promise<void>;
}

async function startScene(row: FaultRow): Promise<Scene> {
  const elsewhere = await startScriptedServer({ answers: [token()] });
  const endpoint = await row.start(elsewhere.url);
  const routes = { [proxiedHost]: { host: '127.0.0.1', port: endpoint.port } };
  const proxy = row.proxy && (await startProxy({ routes, ...row.proxy }));
  const url = new URL(endpoint.url);
  if (proxy !== undefined) url.host = `${proxiedHost}:${url.protocol === 'https:' ? 443 : 80}`;
  const address = proxy && nameProxy(proxy, row.proxy);
  return {
    inputs: { ...commonInputs, 'token-url': url.href, ...row.inputs },
    environment: {
      ...row.environment,
      ...(address === undefined ? {} : { [`${url.protocol.slice(0, -1)}_proxy`]: address }),
    },
    count: () => ({
      requests: endpoint.requests.length,
      connects: proxy?.connects.length ?? 0,
    }),
    strayed: () => elsewhere.connections,
    stabilize: (text) =>
      stabilizeSystemTexts(
        text.replaceAll(elsewhere.origin, '<elsewhere>').replaceAll(url.host, '<host>'),
      ),
    close: async () => {
      await Promise.all([proxy?.close(), endpoint.close(), elsewhere.close()]);
    },
  };
}

/** The address by which the environment names a proxy. */
function nameProxy(proxy: Proxy, { login, address }: ProxySetup = {}): string {
  return address ?? (login === undefined ? proxy.url : proxy.urlWith(...login));
}

/** Takes out what differs between machines and versions of node. */
function stabilizeSystemTexts(text: string): string {
  return text
    .replace('EAI_AGAIN', 'ENOTFOUND')
    .replace(/; if the root CA is installed locally, try running Node.js with --use-system-ca/, '');
}

/** What the action told the runner. */
interface Recording {
  readonly lines: string[];
  readonly errors: { readonly title: string; readonly message: string }[];
  readonly outputs: Map<string, unknown>;
  readonly variables: Map<string, unknown>;
}

function recordRunner(): { runner: Runner; recording: Recording } {
  const recording: Recording = {
    lines: [],
    errors: [],
    outputs: new Map(),
    variables: new Map(),
  };
  const { lines, errors, outputs, variables } = recording;
  const print = (line: string): void => {
    lines.push(line);
  };
  const runner: Runner = {
    setSecret: () => undefined,
    info: print,
    startGroup: print,
    endGroup: () => undefined,
    isDebug: () => false,
    warning: (message) => {
      print(String(message));
    },
    error: (message, { title = '' } = {}) => {
      print(`${title}: ${String(message)}`);
      errors.push({ title, message: String(message) });
    },
    setOutput: (name, value) => void outputs.set(name, value),
    saveState: () => undefined,
    exportVariable: (name, value) => void variables.set(name, value),
  };
  return { runner, recording };
}

/** A clock whose sleeps are over at once, and on which only they and attempts that time out take any time. */
function startClock(): { clock: Clock; waits: number[] } {
  const waits: number[] = [];
  let passed = 0;
  const clock: Clock = {
    now: () => startOfTime + passed,
    monotonic: () => passed,
    sleep: (milliseconds) => {
      waits.push(milliseconds / 1000);
      passed += milliseconds;
      return Promise.resolve();
    },
    startTimer: (milliseconds, callback) => {
      const timer = setTimeout(() => {
        passed += milliseconds;
        callback();
      }, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
  };
  return { clock, waits };
}

/** Sets variables of this process while something runs. */
async function withVariables(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  }
}

async function runInProcess(row: FaultRow): Promise<void> {
  const scene = await startScene(row);
  const { runner, recording } = recordRunner();
  const { clock, waits } = startClock();
  const inputs = Object.entries(scene.inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const env = {
    GITHUB_OUTPUT: 'never written',
    GITHUB_ENV: 'never written',
    ...scene.environment,
    ...(Object.fromEntries(inputs) as Record<string, string>),
  };
  let succeeded = false;
  const succeed = (): void => {
    succeeded = true;
  };
  try {
    await withVariables(scene.environment, () =>
      // What is not handed in here is real: sendRequest above all.
      run({ ...realSurroundings(), runner, env, clock, random: () => draw, succeed }),
    );
    assert.deepEqual(summarize(recording, scene, waits), row.outcome);
    assertHandedOver(row, {
      succeeded,
      outputs: Object.fromEntries(recording.outputs),
      variables: Object.fromEntries(recording.variables),
    });
    assertHarmless(recording.lines.join('\n'), scene);
  } finally {
    await scene.close();
  }
}

function summarize({ lines, errors }: Recording, scene: Scene, waits: readonly number[]): Outcome {
  const [error, ...more] = errors.map(({ title, message }) => ({
    title: title.replace('oauth2-token: ', ''),
    message: scene.stabilize(message),
  }));
  assert.deepEqual(more, []);
  const attempts = lines.filter((line) => line.startsWith('Attempt ')).map(scene.stabilize);
  return { ...scene.count(), waits, attempts, error };
}

/** All or nothing: the token everywhere and a green step, or nothing anywhere and a red one. */
function assertHandedOver(
  { outcome }: FaultRow,
  actual: {
    readonly succeeded: boolean;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly variables: Readonly<Record<string, unknown>>;
  },
): void {
  const { succeeded, outputs, variables } = actual;
  if (outcome.error === undefined) {
    const expected = { succeeded: true, token: accessToken, OAUTH2_TOKEN: accessToken };
    assert.deepEqual({ succeeded, token: outputs['token'], ...variables }, expected);
  } else {
    assert.deepEqual(actual, { succeeded: false, outputs: {}, variables: {} });
  }
}

/** Nothing secret was printed, and nothing was sent to where the server pointed. */
function assertHarmless(log: string, scene: Scene): void {
  assert.deepEqual(
    secrets.filter((secret) => log.includes(secret)),
    [],
  );
  assert.equal(scene.strayed(), 0);
}

async function runBuiltAction(row: FaultRow): Promise<void> {
  const scene = await startScene(row);
  try {
    const result = await runAction({
      script: join(root, 'dist', 'main', 'index.js'),
      metadata: join(root, 'action.yml'),
      inputs: { ...scene.inputs, 'retry-time-slot': '0' },
      environment: scene.environment,
      timeoutMs: guard,
    });
    const errors = result.annotations.filter(({ level }) => level === 'error');
    const { error } = row.outcome;
    assert.deepEqual(
      errors.map(({ title, message }) => ({ title, message: scene.stabilize(message) })),
      error === undefined
        ? []
        : [{ title: `oauth2-token: ${error.title}`, message: error.message }],
    );
    assert.deepEqual([result.exitCode, result.signal], [error === undefined ? 0 : 1, null]);
    assertHandedOver(row, {
      succeeded: result.conclusion === 'success',
      outputs: result.outputs,
      variables: result.env,
    });
    // What was printed, but for the masks themselves: the runner's masks must not be the only ones.
    const printed = result.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    assertHarmless([result.log, result.stderr, ...printed].join('\n'), scene);
  } finally {
    await scene.close();
  }
}

/** Whether a row needs this process's variables for itself. */
function isAlone({ proxy, environment }: FaultRow): boolean {
  return proxy !== undefined || environment !== undefined;
}

describe('the action', { concurrency: 4 }, () => {
  for (const row of faultTable.filter((each) => !isAlone(each))) {
    test(row.name, () => runInProcess(row));
  }
});

describe('the action in an environment', { concurrency: 1 }, () => {
  for (const row of faultTable.filter(isAlone)) {
    test(row.name, () => runInProcess(row));
  }
});

describe('the built action', { concurrency: 3 }, () => {
  for (const row of faultTable.filter(({ waits }) => waits === undefined)) {
    test(row.name, () => runBuiltAction(row));
  }
});
