import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { compressions, makeVersion } from '../../src/cache/service.ts';
import { startBuiltAction } from '../../test/support/making/built-action.ts';
import { type CacheService, startCacheService } from '../../test/support/doubles/cache-service.ts';
import { compress, createForge, packTar } from '../../test/support/making/forged-entry.ts';
import { listConnections, listFiles, listProcesses } from '../../test/support/leaks/leftovers.ts';
import { describeOddNetwork } from '../../test/support/doubles/odd-network.ts';
import type { Run } from '../../test/support/doubles/runner.ts';
import {
  dynamic,
  type ScriptedServer,
  startScriptedServer,
} from '../../test/support/doubles/scripted-server.ts';
import { createChance } from '../simulation/chance.ts';
import { foresee, type Pace, plan, type Plan } from './plan.ts';

/** The result of one run. */
export interface Outcome {
  readonly plan: Plan;
  readonly gotToken: boolean;
  readonly cacheHit: boolean;
  readonly requests: number;
  /** Milliseconds, with the start of the process. */
  readonly took: number;
  /** Its time limit in milliseconds: the time for all attempts, and the time for the cache in addition. */
  readonly allowed: number;
  /** What was wrong with it; undefined if nothing was. */
  readonly fault: unknown;
}

const clientId = 'ci-client';

/** The host of an endpoint whose address is looked up. */
const oddHost = 'login.example.test';

/** After how many milliseconds a hanging run is ended, far above every allowed time. */
const guard = 150_000;

/** Does one run of a soak, and checks everything that must be true after it. */
export async function doRun(seed: number, number: number, pace: Pace): Promise<Outcome> {
  // Neighboring seeds and numbers have nothing in common.
  const chance = createChance(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number, 0x85eb_ca6b));
  const planned = plan(number, chance, pace);
  const issued: string[] = [];
  const service = await startCacheService();
  const endpoint = await startScriptedServer({ answers: listAnswers(planned, issued) });
  const room = await mkdtemp(join(tmpdir(), 'soak-'));
  try {
    for (const folder of ['temp', 'workspace', 'tmp']) await mkdir(join(room, folder));
    const cachedToken = await fillCache(planned, service, nameEndpoint(planned, endpoint));
    const before = listFiles(room);
    const startedAt = performance.now();
    const run = await start(planned, { service, endpoint, room });
    const took = performance.now() - startedAt;
    const gotToken = run.exitCode === 0;
    const cacheHit = run.outputs['cache-hit'] === 'true';
    const right = cacheHit ? cachedToken : issued.at(-1);
    const fault = await judge(planned, run, right, async () => {
      assert.deepEqual(await listProcesses(room), [], 'a process is left');
      assert.deepEqual(listFiles(room), before, 'a file is left');
      const ports = [endpoint.port, Number(new URL(service.origin).port)];
      for (const port of ports)
        assert.deepEqual(await listConnections(port), [], 'a socket is left');
    });
    const { length: requests } = endpoint.requests;
    return { plan: planned, gotToken, cacheHit, requests, took, allowed: allow(planned), fault };
  } finally {
    await Promise.all([service.close(), endpoint.close()]);
    await rm(room, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The token endpoint's URL, by its address or by a name. */
function nameEndpoint({ network }: Plan, { url }: ScriptedServer): string {
  const named = new URL(url);
  if (network !== undefined) named.hostname = oddHost;
  return named.href;
}

/** The time for all attempts, for finding and saving in the cache and for the wait for another job, in milliseconds. */
function allow({ inputs }: Plan): number {
  const seconds = Number(inputs['total-timeout']) + Number(inputs['cache-wait'] ?? 0);
  return (seconds + 5 + 10) * 1000;
}

/** The endpoint's answers, as planned; each right token is a new one, and is noted. */
function listAnswers(
  { acts, number, endpointType }: Plan,
  issued: string[],
): ReturnType<typeof dynamic>[] {
  return acts.map(({ kind, answer }, index) =>
    dynamic(() => {
      const token = `token-${number}-${index}-${issued.length}-of-the-endpoint`;
      if (kind === 'good') issued.push(token);
      const expiry =
        endpointType === 'acs_api'
          ? { expires_at: `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z` }
          : { expires_in: 3600, token_type: 'Bearer' };
      return answer({ access_token: token, ...expiry, instance_key: `key-of-${token}` });
    }),
  );
}

/** Puts the planned entry into the cache; gives the token that can be found. */
async function fillCache(
  { cached, clientSecret, endpointType, inputs, number }: Plan,
  service: CacheService,
  tokenUrl: string,
): Promise<string | undefined> {
  if (cached === 'none') return undefined;
  const authMethod = inputs['client-auth-method'];
  const forge = await createForge(tokenUrl, {
    clientSecret,
    ...(endpointType === 'acs_api' ? { endpointType } : {}),
    ...(authMethod === undefined ? {} : { clientAuthMethod: authMethod }),
  });
  const token = `token-${number}-of-the-cache`;
  const { name, entry } = forge.seal({ token, expiresIn: cached === 'expired' ? -60 : 3000 });
  for (const compression of compressions) {
    const archive = packTar([{ content: entry }]);
    const blob = compress(archive, compression);
    if (cached === 'garbage') blob.fill(7, Math.floor(blob.length / 2));
    service.plant({ name, version: makeVersion(compression), blob });
  }
  return cached === 'fresh' ? token : undefined;
}

function start(
  planned: Plan,
  { service, endpoint, room }: { service: CacheService; endpoint: ScriptedServer; room: string },
): Promise<Run> {
  const { clientSecret, endpointType, inputs, wire, cacheFaults, network } = planned;
  for (const { call, fault, times } of cacheFaults) service.fault(call, fault, times);
  const given = {
    'token-url': nameEndpoint(planned, endpoint),
    'client-id': clientId,
    'client-secret': clientSecret,
    'endpoint-type': endpointType,
    ...(network === undefined ? {} : { 'allow-http': 'true' }),
    ...inputs,
  };
  const environment = { ...service.environment({ version: wire }), TMPDIR: join(room, 'tmp') };
  return startBuiltAction(given, {
    environment:
      network === undefined ? environment : describeOddNetwork(network, oddHost, environment),
    workspace: join(room, 'workspace'),
    temp: join(room, 'temp'),
    timeoutMs: guard,
  });
}

/** Checks a run; gives what is wrong with it. */
async function judge(
  planned: Plan,
  run: Run,
  right: string | undefined,
  checkLeftovers: () => Promise<void>,
): Promise<unknown> {
  try {
    checkHandover(planned, run, right);
    checkLog(planned, run, right);
    await checkLeftovers();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Exit status 0 exactly if later steps got the right token, and the required result. */
function checkHandover(planned: Plan, run: Run, right: string | undefined): void {
  const { exitCode, signal, outputs, env, annotations, errors, conclusion, heldOpen } = run;
  assert.deepEqual({ signal, heldOpen, errors }, { signal: null, heldOpen: false, errors: [] });
  const variable = planned.inputs['env-var'] ?? 'OAUTH2_TOKEN';
  if (exitCode === 0) {
    assert.equal(conclusion, 'success');
    assert.notEqual(right, undefined);
    assert.equal(outputs['token'], right);
    assert.deepEqual(env, { [variable]: right });
    assert.deepEqual(annotations, []);
  } else {
    assert.equal(exitCode, 1);
    assert.deepEqual([outputs, env], [{}, {}]);
    assert.deepEqual(
      annotations.map(({ level }) => level),
      ['error'],
    );
    assert.doesNotMatch(run.stdout, /unexpected error/);
  }
  const expected = foresee(planned);
  if (expected !== undefined)
    assert.equal(exitCode === 0, expected, 'it should have ended otherwise');
}

/** No line except the masks shows a secret, even if the runner would hide it. */
function checkLog({ clientSecret }: Plan, run: Run, right: string | undefined): void {
  assert.equal(run.stderr, '');
  const lines = run.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const shown = lines.join('\n') + run.log + run.summary + JSON.stringify(run.annotations);
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  for (const secret of [clientSecret, basic, right ?? clientSecret]) {
    assert.ok(!shown.includes(secret), 'a secret is visible');
  }
  assert.ok(!shown.includes('access-token-from-the-server'), 'a token of a cut answer is visible');
}

/** Does so many runs, a few at a time, and reports each. */
export async function soak(
  options: {
    readonly seed: number;
    readonly runs: number;
    readonly parallel: number;
    readonly pace: Pace;
  },
  report: (outcome: Outcome) => void = () => undefined,
): Promise<Outcome[]> {
  const { seed, runs, parallel, pace } = options;
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < runs) {
      const number = next;
      next += 1;
      const outcome = await doRun(seed, number, pace);
      outcomes.push(outcome);
      report(outcome);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return outcomes.sort((one, other) => one.plan.number - other.plan.number);
}
