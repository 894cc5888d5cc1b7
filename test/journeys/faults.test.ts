/** Every fault of the tables twice: in process, and by the built action. Nobody waits for real time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Runner } from '../../src/log/log.ts';
import { run } from '../../src/action/run.ts';
import { realSurroundings } from '../../src/action/surroundings.ts';
import { type Inputs, readInputs } from '../../src/inputs/inputs.ts';
import { sayFailedAttempt } from '../../src/wording/attempts.ts';
import { makeSender, sendRequest } from '../../src/http/request.ts';
import {
  createFakeClock,
  createInputEnvironment,
  noFiles,
  settle,
} from '../support/doubles/fakes.ts';
import {
  describeOddNetwork,
  listSilences,
  makeOddNetwork,
} from '../support/doubles/odd-network.ts';
import { type Proxy, startProxy } from '../support/doubles/proxy.ts';
import { type ServerTime, startScriptedServer, token } from '../support/doubles/scripted-server.ts';
import { startStepClock } from '../support/doubles/step-clock.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import { explainEnd } from '../support/making/failures.ts';
import { say } from '../support/making/inputs.ts';
import { faultTable, secrets } from '../support/tables/faults/fault-table.ts';
import {
  accessToken,
  commonInputs,
  draw,
  type FaultRow,
  type Outcome,
  oddHost,
  type ProxySetup,
  startOfTime,
} from '../support/tables/faults/row.ts';

// The proxies of the machine that runs the tests must not matter here. The HTTP client reads them again each time.
for (const name of ['https_proxy', 'http_proxy', 'no_proxy']) {
  for (const each of [name, name.toUpperCase()]) Reflect.deleteProperty(process.env, each);
}

/** A row's network, started. */
interface Scene {
  readonly inputs: Readonly<Record<string, string>>;
  /** The variables of the row, including those of its proxy. */
  readonly environment: Readonly<Record<string, string>>;
  readonly count: () => Pick<Outcome, 'requests' | 'connects'>;
  /** How many connections the other server got. It should get none. */
  readonly strayed: () => number;
  /** Makes a text of the log comparable with one of the table. */
  readonly stabilize: (text: string) => string;
  readonly close: () => Promise<void>;
}

async function startScene(row: FaultRow, time: ServerTime): Promise<Scene> {
  const elsewhere = await startScriptedServer({ answers: [token()] });
  const endpoint = await row.start({ elsewhere: elsewhere.url, time });
  const routes = { [oddHost]: { host: '127.0.0.1', port: endpoint.port } };
  const { onSilence } = time;
  const proxy = row.proxy && (await startProxy({ routes, onSilence, ...row.proxy }));
  const url = new URL(endpoint.url);
  if (proxy !== undefined) url.host = `${oddHost}:${url.protocol === 'https:' ? 443 : 80}`;
  if (row.network !== undefined) url.hostname = oddHost;
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
    stabilize: (text) => stabilizeSystemTexts(text.replaceAll(elsewhere.origin, '<elsewhere>')),
    close: async () => {
      await Promise.all([proxy?.close(), endpoint.close(), elsewhere.close()]);
    },
  };
}

/** The address of a proxy in the environment. */
function nameProxy(proxy: Proxy, { login, address }: ProxySetup = {}): string {
  return address ?? (login === undefined ? proxy.url : proxy.urlWith(...login));
}

/** What a person reads about a row's outcome. */
interface Reading {
  /** The lines of the log about single attempts. */
  readonly attempts: readonly string[];
  /** The one error annotation; undefined if there is a token. */
  readonly error: { readonly title: string; readonly message: string } | undefined;
}

/** Turns the codes of an outcome into the words of the action. */
function word({ failures, waits, allowed, end }: Outcome, inputs: Inputs): Reading {
  const facts = { inputs, server: inputs.tokenUrl ?? '' };
  const failed = failures.map((error, index) => ({
    attempt: index + 1,
    maxAttempts: inputs.retryMaxAttempts,
    error,
    wait: waits[index] === undefined ? undefined : waits[index] * 1000,
    retryAfter: 'retryAfter' in error ? error.retryAfter : undefined,
    allowed: (index === failures.length - 1 ? (allowed ?? inputs.timeout) : inputs.timeout) * 1000,
    took: 0,
  }));
  const last = failed.at(-1);
  const attempts =
    // A first attempt that is the last one has only the annotation.
    end !== undefined && failed.length === 1
      ? []
      : failed.map((failure) => say(sayFailedAttempt(failure, { stage: 'token', ...facts })));
  if (end === undefined || last === undefined) return { attempts, error: undefined };
  const { title, message } = explainEnd(end, last, inputs);
  return { attempts, error: { title, message } };
}

function readRow(inputs: Scene['inputs']): Inputs {
  return readInputs(createInputEnvironment(inputs), { debug: false });
}

/** Removes what differs between machines and versions of Node. */
function stabilizeSystemTexts(text: string): string {
  return text.replaceAll(/\(ERR_SSL_[\w/]+\)/g, '(EPROTO)');
}

/** What the action passed to the runner. */
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
    notice: (message) => {
      print(String(message));
    },
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
  const clock = createFakeClock(startOfTime);
  const onSilence = (): void => void settle().then(clock.advanceToTimer);
  const scene = await startScene(row, {
    sleep: async (milliseconds) => {
      await settle();
      clock.advance(milliseconds);
    },
    onSilence,
  });
  const send =
    row.network === undefined
      ? sendRequest
      : makeSender({ network: makeOddNetwork(row.network, onSilence), now: clock.now });
  const { runner, recording } = recordRunner();
  const env = {
    GITHUB_OUTPUT: 'never written',
    GITHUB_ENV: 'never written',
    ...scene.environment,
    ...createInputEnvironment(scene.inputs),
  };
  let succeeded = false;
  const succeed = (): void => {
    succeeded = true;
  };
  try {
    await withVariables(scene.environment, () =>
      // What is not passed here is real, mainly the network of most rows.
      run({
        ...realSurroundings(),
        files: noFiles,
        runner,
        env,
        clock,
        random: () => draw,
        succeed,
        send,
      }),
    );
    const { requests, connects, waits } = row.outcome;
    assert.deepEqual(
      { ...scene.count(), waits: clock.sleeps.map((wait) => wait / 1000) },
      { requests, connects, waits },
    );
    assert.deepEqual(readRecording(recording, scene), word(row.outcome, readRow(scene.inputs)));
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

function readRecording({ lines, errors }: Recording, scene: Scene): Reading {
  const [error, ...more] = errors.map(({ title, message }) => ({
    title,
    message: scene.stabilize(message),
  }));
  assert.deepEqual(more, []);
  const attempts = lines.filter((line) => line.startsWith('Attempt ')).map(scene.stabilize);
  return { attempts, error };
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
  if (outcome.end === undefined) {
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
  const clock = await startStepClock();
  const scene = await startScene(row, {
    sleep: clock.advance,
    onSilence: () => void clock.advanceToTimer(),
  });
  const { network = {} } = row;
  try {
    listSilences(network).forEach(() => void clock.advanceToTimer());
    const result = await startBuiltAction(
      { ...scene.inputs, 'retry-time-slot': '0' },
      {
        environment: describeOddNetwork(network, oddHost, {
          ...scene.environment,
          ...clock.environment,
        }),
      },
    );
    const errors = result.annotations.filter(({ level }) => level === 'error');
    const { error } = word(row.outcome, readRow(scene.inputs));
    assert.deepEqual(
      errors.map(({ title, message }) => ({ title, message: scene.stabilize(message) })),
      error === undefined ? [] : [error],
    );
    const { requests, connects } = row.outcome;
    assert.deepEqual(scene.count(), { requests, connects });
    assert.deepEqual([result.exitCode, result.signal], [error === undefined ? 0 : 1, null]);
    assertHandedOver(row, {
      succeeded: result.conclusion === 'success',
      outputs: result.outputs,
      variables: result.env,
    });
    // What was printed, without the masks, because the runner's masks must not be the only protection.
    const printed = result.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    assertHarmless([result.log, result.stderr, ...printed].join('\n'), scene);
  } finally {
    await scene.close();
    await clock.close();
  }
}

/** Whether a row must change the variables of this process. */
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
