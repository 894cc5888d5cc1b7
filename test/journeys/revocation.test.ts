/** The end of the job: the built action revokes the token of its step, by its post script. */
import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { sealState, stateName } from '../../src/action/revocation-state.ts';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/doubles/authorization-server.ts';
import { NoRevocationEndpointError } from '../../src/failures/errors.ts';
import { explainFailure } from '../../src/wording/failures.ts';
import {
  sayExpiredAlready,
  sayRevoked,
  warnNotRevoked,
  warnStateUnreadable,
} from '../../src/wording/revocation.ts';
import { StageError } from '../../src/failures/stage-error.ts';
import { GaveUp } from '../../src/retry/retry.ts';
import { makeAttempt, refusal } from '../support/making/failures.ts';
import { readUsualInputs, say } from '../support/making/inputs.ts';
import { failedOnce, stabilizeLines, stableHost } from '../support/making/log-lines.ts';
import { runBuiltJob, startBuiltAction, startBuiltPost } from '../support/making/built-action.ts';
import { createAuthority } from '../support/making/certificates.ts';
import type { JobResult, Run } from '../support/doubles/runner.ts';
import { dynamic, json, startScriptedServer, token } from '../support/doubles/scripted-server.ts';

const client = { clientId: 'ci-client', clientSecret: 'a-secret-of-plain-letters' };
const runtimeToken = 'the-runtime-token-of-the-job';

let server: AuthorizationServer;

before(async () => {
  server = await startAuthorizationServer({ clients: [client] });
});

after(() => server.close());

function runJob(
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<JobResult> {
  return runBuiltJob(
    {
      'client-id': client.clientId,
      'client-secret': client.clientSecret,
      'retry-time-slot': '0',
      revoke: 'true',
      ...inputs,
    },
    { environment: { ACTIONS_RUNTIME_TOKEN: runtimeToken, ...environment } },
  );
}

/** The main script of a job's one step, and its post script. */
function split({ runs, posts }: JobResult): { main: Run; post: Run } {
  const [main] = runs;
  const [post] = posts;
  assert.ok(main !== undefined && post !== undefined);
  return { main, post };
}

/** What was printed, without the masks. The server is `login.example.com`. */
function linesOf({ stdout }: Run, url: string): string[] {
  const printed = stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('::add-mask::'));
  return stabilizeLines(printed, new URL(url).host);
}

const revoked = say(sayRevoked(stableHost));

describe('revoke: true', () => {
  test('revokes the token at the end of the job, at the endpoint that the metadata names', async () => {
    const { main, post } = split(
      await runJob({ issuer: server.issuer, 'ca-certificate': server.caCertificate }),
    );
    const { token = '' } = main.outputs;
    assert.equal(main.exitCode, 0);
    assert.notEqual(token, '');
    assert.equal(post.exitCode, 0);
    assert.equal(post.stderr, '');
    assert.deepEqual(linesOf(post, server.issuer), [revoked]);
    assert.deepEqual(await server.introspect(token), { active: false });
  });

  test('revokes it at the endpoint that revocation-url names', async () => {
    const { main, post } = split(
      await runJob({
        'token-url': server.tokenUrl,
        'revocation-url': server.revocationUrl,
        'ca-certificate': server.caCertificate,
      }),
    );
    assert.equal(post.conclusion, 'success');
    assert.deepEqual(await server.introspect(main.outputs['token'] ?? ''), { active: false });
  });

  test('saves the token encrypted in the state, and masks it first at the end of the job', async () => {
    const { main, post } = split(
      await runJob({ issuer: server.issuer, 'ca-certificate': server.caCertificate }),
    );
    const { token = '' } = main.outputs;
    const [[name, value] = ['', '']] = Object.entries(main.state);
    assert.deepEqual(Object.keys(main.state), ['revocation']);
    assert.equal(name, 'revocation');
    assert.ok(!Buffer.from(value, 'base64').includes(token));
    assert.ok(!value.includes(token));
    assert.ok(post.stdout.startsWith('::add-mask::'));
    assert.ok(post.masks.includes(token));
  });

  test('does nothing if it was not requested', async () => {
    const { main, post } = split(
      await runJob({
        revoke: 'false',
        issuer: server.issuer,
        'ca-certificate': server.caCertificate,
        'use-cache': 'false',
      }),
    );
    assert.deepEqual(main.state, {});
    assert.deepEqual([post.stdout, post.stderr, post.exitCode], ['', '', 0]);
    const { active } = await server.introspect(main.outputs['token'] ?? '');
    assert.equal(active, true);
  });

  test('requests nothing from the cache, and saves nothing there', async () => {
    const { main } = split(
      await runJob(
        { issuer: server.issuer, 'ca-certificate': server.caCertificate },
        { ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/', ACTIONS_CACHE_SERVICE_V2: 'true' },
      ),
    );
    assert.doesNotMatch(main.stdout, /cache/i);
  });
});

describe('a revocation that does not succeed at once', () => {
  /** A job against a server that gives a token, and then these answers to the revocation. */
  async function revokeAgainst(
    answers: Parameters<typeof startScriptedServer>[0]['answers'],
    inputs: Readonly<Record<string, string>> = {},
    answer = token({ access_token: 'a-token-to-revoke', expires_in: 3600 }),
  ): Promise<{ main: Run; post: Run; bodies: string[]; lines: string[] }> {
    const scripted = await startScriptedServer({ answers: [answer, ...answers] });
    try {
      const result = await runJob({
        'token-url': scripted.url,
        'revocation-url': `${scripted.origin}/revoke`,
        ...inputs,
      });
      const bodies = scripted.requests.map(({ body }) => body);
      const { main, post } = split(result);
      return { main, post, bodies, lines: linesOf(post, scripted.url) };
    } finally {
      await scripted.close();
    }
  }

  const revoking = 'token=a-token-to-revoke&token_type_hint=access_token';

  test('is retried by the same rules', async () => {
    const { post, bodies, lines } = await revokeAgainst([json(503, {}), json(200, {})]);
    assert.deepEqual(bodies.slice(1), [revoking, revoking]);
    assert.deepEqual(lines, [failedOnce(refusal('http_error', 503), 1, 'revocation'), revoked]);
    assert.equal(post.annotations.length, 0);
  });

  test('is a warning in the end, and the job stays green', async () => {
    const { main, post } = await revokeAgainst([json(503, {})], { 'retry-max-attempts': '2' });
    assert.equal(post.conclusion, 'success');
    assert.equal(post.annotations.length, 1);
    const [annotation] = post.annotations;
    assert.equal(annotation?.level, 'warning');
    const inputs = readUsualInputs();
    const gaveUp = new GaveUp('attempts_used_up', makeAttempt(refusal('http_error', 503), inputs));
    const warning = warnNotRevoked(
      new StageError('revocation', gaveUp, { inputs, server: inputs.tokenUrl ?? '' }),
      '127.0.0.1',
      new Date(main.outputs['expires-at'] ?? ''),
    );
    assert.equal(annotation.title, `oauth2-token: ${warning.title}`);
    assert.equal(annotation.message.replace(/^(127\.0\.0\.1):\d+/, '$1'), say(warning.message));
  });

  test('is not retried if the answer would be the same', async () => {
    const { post, bodies } = await revokeAgainst([json(400, { error: 'unsupported_token_type' })]);
    assert.equal(bodies.length, 2);
    assert.match(post.annotations[0]?.message ?? '', /\(400 unsupported_token_type\)/);
  });

  test('is not tried at all if the token has already expired, as its server said', async () => {
    const scripted = await startScriptedServer({ answers: [json(200, {})] });
    try {
      const state = {
        token: 'a-token-to-revoke',
        revocationUrl: scripted.url,
        tokenUrl: scripted.url,
        expiresAt: Date.UTC(2020, 0, 31, 12),
        inputs: {},
      };
      const sealed = sealState(state, runtimeToken, randomBytes);
      const inputs = { 'token-url': scripted.url, 'client-id': client.clientId, revoke: 'true' };
      const post = await startBuiltPost(
        inputs,
        { [stateName]: sealed },
        { environment: { ACTIONS_RUNTIME_TOKEN: runtimeToken } },
      );
      assert.equal(scripted.requests.length, 0);
      const expired = say(sayExpiredAlready(new Date(state.expiresAt)));
      assert.deepEqual(linesOf(post, scripted.url), stabilizeLines([expired], stableHost));
    } finally {
      await scripted.close();
    }
  });

  for (const [what, inputs] of [
    ['that the user gave', { 'expires-at-override': '2020-01-31T12:00:00Z' }],
    ['that was assumed', { 'default-expires-in': '1', 'min-validity': '0' }],
  ] as const) {
    test(`ignores an expiry ${what}, because the token may still be valid after it`, async () => {
      const { post, bodies } = await revokeAgainst(
        [json(503, {}), json(503, {}), json(503, {}), json(503, {})],
        { ...inputs, 'retry-max-attempts': '2' },
        token({ access_token: 'a-token-to-revoke', expires_in: undefined }),
      );
      assert.equal(bodies.length, 3);
      assert.match(post.annotations[0]?.message ?? '', /It stays valid until it expires\.$/);
    });
  }

  test('is tried although a later step set a variable that looks like a misspelled input', async () => {
    const scripted = await startScriptedServer({ answers: [token(), json(200, {})] });
    try {
      const inputs = {
        'token-url': scripted.url,
        'revocation-url': scripted.url,
        'client-id': client.clientId,
        'client-secret': client.clientSecret,
        revoke: 'true',
      };
      const environment = { ACTIONS_RUNTIME_TOKEN: runtimeToken };
      const main = await startBuiltAction(inputs, { environment });
      const post = await startBuiltPost(inputs, main.state, {
        environment: { ...environment, INPUT_SCOPE: 'x' },
      });
      assert.ok(linesOf(post, scripted.url).includes(revoked));
      assert.equal(scripted.requests.length, 2);
    } finally {
      await scripted.close();
    }
  });

  test('authenticates the client as the token request did', async () => {
    const { bodies } = await revokeAgainst([json(200, {})], {
      'client-auth-method': 'client_secret_post',
      'body-format': 'json',
    });
    assert.equal(
      bodies[1],
      `${revoking}&client_id=ci-client&client_secret=a-secret-of-plain-letters`,
    );
  });

  test('is reported if the runtime token is not the one that encrypted the state', async () => {
    const scripted = await startScriptedServer({ answers: [token()] });
    try {
      const inputs = {
        'token-url': scripted.url,
        'revocation-url': scripted.url,
        'client-id': client.clientId,
        'client-secret': client.clientSecret,
        revoke: 'true',
      };
      const main = await startBuiltAction(inputs, {
        environment: { ACTIONS_RUNTIME_TOKEN: runtimeToken },
      });
      const post = await startBuiltPost(inputs, main.state, {
        environment: { ACTIONS_RUNTIME_TOKEN: 'the-token-of-another-job' },
      });
      assert.equal(scripted.requests.length, 1);
      assert.equal(post.conclusion, 'success');
      assert.equal(post.annotations[0]?.message, say(warnStateUnreadable().message));
    } finally {
      await scripted.close();
    }
  });
});

test('a client key is masked as TLS gets it, in the step and at the end of the job', async () => {
  const authority = await createAuthority();
  const own = await authority.issue({ names: [], client: true });
  const tls = await authority.issue({ names: ['127.0.0.1'] });
  const scripted = await startScriptedServer({
    tls: { cert: tls.certificate, key: tls.key },
    answers: [token(), json(200, {})],
  });
  try {
    const { main, post } = split(
      await runJob({
        'ca-certificate': authority.certificate,
        'token-url': scripted.url,
        'revocation-url': scripted.url,
        'client-secret': '',
        'client-certificate': own.certificate,
        'client-key': JSON.stringify(createPrivateKey(own.key).export({ format: 'jwk' })),
      }),
    );
    const lines = own.key.split('\n').filter((line) => !/^$|-----/.test(line));
    for (const { masks } of [main, post]) {
      assert.deepEqual(
        lines.filter((line) => !masks.includes(line)),
        [],
      );
    }
    assert.ok(linesOf(post, scripted.url).includes(revoked));
  } finally {
    await scripted.close();
  }
});

describe('inputs that do not allow a revocation', () => {
  const rows: readonly [inputs: Record<string, string>, problem: string][] = [
    [
      { 'use-cache': 'true', 'revocation-url': 'https://login.example.com/revoke' },
      'use-cache: cannot be true with revoke: true, because the token is revoked at the end of the job.',
    ],
    [
      {},
      'revoke: requires revocation-url, or issuer, whose metadata names the revocation endpoint.',
    ],
    [
      { 'revocation-url': 'http://login.example.com/revoke' },
      'revocation-url: got "http://login.example.com/revoke"; must begin with https:// (or set allow-http: true).',
    ],
    [
      { revoke: 'false', 'revocation-url': 'https://login.example.com/revoke' },
      'revocation-url: can only be used with revoke: true.',
    ],
  ];
  for (const [inputs, problem] of rows) {
    test(`are an error before any request: ${problem}`, async () => {
      const { runs, posts } = await runJob({
        'token-url': 'https://login.example.com/token',
        ...inputs,
      });
      assert.equal(runs[0]?.exitCode, 1);
      assert.deepEqual(
        runs[0].annotations.map(({ message }) => message),
        [problem],
      );
      assert.equal(posts[0]?.stdout, '');
    });
  }

  test('are an error if there is no key to encrypt the state with', async () => {
    const { runs } = await runJob(
      {
        'token-url': 'https://login.example.com/token',
        'revocation-url': 'https://login.example.com/revoke',
      },
      { ACTIONS_RUNTIME_TOKEN: '' },
    );
    assert.match(runs[0]?.annotations[0]?.message ?? '', /^revoke: requires ACTIONS_RUNTIME_TOKEN/);
  });

  test('are an error if the metadata names no revocation endpoint, and no token is requested', async () => {
    const scripted = await startScriptedServer({
      answers: [
        dynamic(({ headers }) => {
          const issuer = `http://${String(headers['host'])}`;
          return json(200, { issuer, token_endpoint: `${issuer}/token` });
        }),
      ],
    });
    try {
      const { runs } = await runJob({ issuer: scripted.origin });
      assert.equal(scripted.requests.length, 1);
      const { message } = explainFailure(new NoRevocationEndpointError(scripted.origin));
      assert.equal(runs[0]?.annotations[0]?.message, say(message));
    } finally {
      await scripted.close();
    }
  });
});
