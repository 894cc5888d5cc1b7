/** What must be true for each workflow of test/workflows/ after act has run it. */
import assert from 'node:assert/strict';

import {
  type AuthorizationServer,
  defaultClient,
} from '../../test/support/doubles/authorization-server.ts';
import { privateKey } from './clients.ts';
import {
  type Engine,
  listStepLines,
  readJobResult,
  readOutputs,
  readWritten,
  type WorkflowRun,
} from './engine.ts';

/** A workflow that has run, and its servers. */
export interface Scene {
  readonly run: WorkflowRun;
  readonly engine: Engine;
  readonly server: AuthorizationServer;
}

/** A sentence, and a function that throws if it is not true. */
export type Check = readonly [sentence: string, assertIt: (scene: Scene) => Promise<void> | void];

const { clientId, clientSecret } = defaultClient;
const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');

/** The lines of the key that are secret. */
const keyLines = privateKey.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));

/** The one in test/workflows/refused.yml. */
const wrongSecret = 'no-secret-that-the-server-knows';

/** How a command that hides a value is shown. */
const mask = '::add-mask::***';

const tokenChecks: readonly Check[] = [
  ['both jobs succeed', succeeds],
  [
    'the first job asks, and keeps the token',
    (scene) => {
      assert.deepEqual(showStep(scene, 'Token/first', 'Main', './'), [
        mask,
        mask,
        'No usable token in the cache. Requesting a token from <host> (client_credentials, scope: read list).',
        mask,
        'Got a Bearer token, valid for 1 h, until <time>.',
        'Saved in the cache, encrypted, for other jobs and later runs.',
        'Set: output token, environment variable OAUTH2_TOKEN.',
      ]);
    },
  ],
  [
    'its outputs are what action.yml promises, the token hidden',
    ({ run }) => {
      const { 'expires-at': at, 'expires-in': left, ...others } = readOutputs(run, 'Token/first');
      assert.match(at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.match(left ?? '', /^3(600|5\d\d)$/);
      assert.deepEqual(others, {
        token: '***',
        'token-type': 'Bearer',
        scope: 'read list',
        'cache-hit': 'false',
        'refresh-token': '',
        'id-token': '',
        response: '{}',
      });
    },
  ],
  [
    'later steps have the token from the output and from the environment, hidden in the log',
    (scene) => {
      const step = 'The token is in an output and in an environment variable';
      assert.deepEqual(showStep(scene, 'Token/first', 'Main', step), [
        'output: ***.',
        'variable: ***.',
        'type: Bearer; scope: read list; from the cache: false.',
      ]);
    },
  ],
  [
    "later steps cannot show the client's credentials",
    (scene) => {
      const step = "The log hides the client's credentials";
      const shown = showStep(scene, 'Token/first', 'Main', step);
      assert.deepEqual(shown, ['credentials: ***.', 'secret: ***.']);
    },
  ],
  [
    'the second job finds the token in the cache',
    (scene) => {
      assert.deepEqual(showStep(scene, 'Token/second', 'Main', './'), [
        mask,
        mask,
        mask,
        'Reusing a token from the cache: Bearer, valid for 1 h, until <time>. No request to <host>.',
        'Set: output token, environment variable API_TOKEN.',
      ]);
      const shown = showStep(scene, 'Token/second', 'Main', 'The same token came from the cache');
      assert.deepEqual(shown, ['variable: ***; from the cache: true.']);
    },
  ],
  [
    'both jobs have the same token, which is good, and the server was asked once',
    async ({ engine, server }) => {
      assert.equal(readToken(engine, 'second'), readToken(engine, 'first'));
      assert.equal((await server.introspect(readToken(engine, 'first'))).active, true);
      assert.equal(server.tokenRequests.length, 1);
    },
  ],
  ['no secret is in the log', hidesSecrets('first')],
  [
    'a later run finds the token in the cache, too',
    async ({ engine, server }) => {
      const token = readToken(engine, 'first');
      const later = await engine.run('token');
      assert.equal(later.status, 0);
      assert.equal(readOutputs(later, 'Token/first')['cache-hit'], 'true');
      assert.equal(readToken(engine, 'first'), token);
      assert.equal(server.tokenRequests.length, 1);
    },
  ],
];

const keyChecks: readonly Check[] = [
  ['the job succeeds', succeeds],
  [
    'the signed JWT is accepted, and the token is good',
    async ({ engine, server }) => {
      assert.match(server.tokenRequests[0]?.body ?? '', /client_assertion=ey/);
      assert.equal((await server.introspect(readToken(engine, 'key'))).active, true);
    },
  ],
  [
    'later steps cannot show a line of the key',
    (scene) => {
      const step = 'The log hides each line of the key';
      const lines = showStep(scene, 'Key/key', 'Main', step);
      assert.deepEqual(lines, [
        'key: -----BEGIN PRIVATE KEY-----',
        ...keyLines.map(() => 'key: ***'),
        'key: -----END PRIVATE KEY-----',
      ]);
    },
  ],
  [
    'no secret is in the log',
    (scene) => {
      hidesSecrets('key')(scene);
      const shown = keyLines.filter((line) => scene.run.log.includes(line));
      assert.deepEqual(shown, []);
    },
  ],
];

const refusedChecks: readonly Check[] = [
  [
    'the job is red',
    ({ run }) => {
      assert.equal(run.status, 1);
      assert.equal(readJobResult(run, 'Refused/refused'), 'failure');
    },
  ],
  [
    'the error says why, and what to do',
    (scene) => {
      const lines = showStep(scene, 'Refused/refused', 'Main', './');
      assert.equal(lines.filter((line) => line.includes('::error')).length, 1);
      assert.match(
        lines.find((line) => line.includes('::error')) ?? '',
        /client refused::<host> refused the client: 401 invalid_client, .*Check that client-id and client-secret belong/,
      );
    },
  ],
  [
    'no later step runs but the one for a failure, which gets no token',
    (scene) => {
      assert.ok(!scene.run.log.includes('After the token'));
      assert.deepEqual(showStep(scene, 'Refused/refused', 'Main', 'After the failure'), [
        "outcome: failure; token: ''; variable: ''; secret: ***.",
      ]);
    },
  ],
  ['no secret is in the log', hidesSecrets()],
];

const revokedChecks: readonly Check[] = [
  ['the job succeeds', succeeds],
  [
    'the token reaches the next step',
    (scene) => {
      const step = 'The token is there until the job ends';
      assert.deepEqual(showStep(scene, 'Revoked/revoked', 'Main', step), ['variable: ***.']);
    },
  ],
  [
    'the post step revokes the token',
    async (scene) => {
      const { engine, server } = scene;
      assert.deepEqual(showStep(scene, 'Revoked/revoked', 'Post', './'), [
        mask,
        mask,
        mask,
        'Revoked the token at <host>.',
      ]);
      assert.equal((await server.introspect(readToken(engine, 'revoked'))).active, false);
    },
  ],
  ['no secret is in the log', hidesSecrets('revoked')],
];

const hostileChecks: readonly Check[] = [
  [
    'the job is red',
    ({ run }) => {
      assert.equal(readJobResult(run, 'Hostile/hostile'), 'failure');
    },
  ],
  [
    'no command of the answer is obeyed',
    (scene) => {
      assert.deepEqual(showStep(scene, 'Hostile/hostile', 'Main', 'After the answer'), [
        "token: ''; planted: ''; secret: ***; word: harmless.",
      ]);
    },
  ],
  ['no secret is in the log', hidesSecrets()],
];

/** The steps of a job, including those in composite actions. */
function showJob({ run }: Scene, job: string): string {
  return run.entries
    .filter((entry) => entry.job === job)
    .map(({ msg }) => msg)
    .join('\n');
}

const compositeChecks: readonly Check[] = [
  [
    'the jobs end as they do without composite actions',
    ({ run }) => {
      const results = ['miss', 'hit', 'refused', 'hostile', 'revoked'].map((job) =>
        readJobResult(run, `Composite/${job}`),
      );
      assert.deepEqual(results, ['success', 'success', 'failure', 'failure', 'success']);
    },
  ],
  [
    'the token reaches the job, from the server and from the cache, hidden in the log',
    async (scene) => {
      const { engine, server } = scene;
      const show = (job: string): string[] =>
        showStep(scene, `Composite/${job}`, 'Main', 'The token reaches the job');
      assert.deepEqual(show('miss'), ['output: ***; from the cache: false.']);
      assert.deepEqual(show('hit'), ['output: ***; from the cache: true.']);
      assert.equal(readToken(engine, 'hit'), readToken(engine, 'miss'));
      assert.equal((await server.introspect(readToken(engine, 'miss'))).active, true);
    },
  ],
  [
    'a refused client is told, and no token is there',
    (scene) => {
      assert.match(showJob(scene, 'Composite/refused'), /401 invalid_client/);
      const step = 'After the failure';
      assert.deepEqual(showStep(scene, 'Composite/refused', 'Main', step), [
        "outcome of the step is failure; token is ''.",
      ]);
    },
  ],
  [
    'no command of a hostile answer is obeyed',
    (scene) => {
      assert.deepEqual(showStep(scene, 'Composite/hostile', 'Main', 'After the answer'), [
        "token: ''; planted: ''; word: harmless.",
      ]);
    },
  ],
  [
    'the token is revoked at the end of the job',
    async (scene) => {
      const { engine, server } = scene;
      assert.match(showJob(scene, 'Composite/revoked'), /Revoked the token at /);
      assert.equal((await server.introspect(readToken(engine, 'revoked'))).active, false);
    },
  ],
  ['no secret is in the log', hidesSecrets('miss', 'revoked')],
];

/** Gives the checks of each workflow, by the name of its file without the ending. */
export function listChecks(): Readonly<Record<string, readonly Check[]>> {
  return {
    token: tokenChecks,
    key: keyChecks,
    refused: refusedChecks,
    hostile: hostileChecks,
    revoked: revokedChecks,
    composite: compositeChecks,
  };
}

function succeeds({ run }: Scene): void {
  assert.equal(run.status, 0);
}

/** The lines of a step, with words instead of what changes in every run. */
function showStep(
  { run, server }: Scene,
  job: string,
  stage: 'Main' | 'Post',
  step: string,
): string[] {
  return listStepLines(run, { job, stage, step }).map((line) =>
    line
      .replaceAll(new URL(server.issuer).host, '<host>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>'),
  );
}

/** The token that a step has written into a file. */
function readToken(engine: Engine, name: string): string {
  const token = readWritten(engine, name) ?? '';
  assert.notEqual(token, '', `no step wrote a token into the file ${name}`);
  return token;
}

/** Looks for the secrets in the log, and for the tokens that steps have written into these files. */
function hidesSecrets(...names: string[]): (scene: Scene) => void {
  return ({ run, engine }) => {
    const tokens = names.map((name) => readToken(engine, name));
    const secrets = [clientSecret, credentials, wrongSecret, engine.runtimeToken, ...tokens];
    const shown = secrets.filter((secret) => run.log.includes(secret));
    assert.deepEqual(shown, []);
  };
}
