import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Answer, answerJson } from '../../test/support/doubles/fakes.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import { line, readUsualInputs } from '../../test/support/making/inputs.ts';
import {
  answerIdToken,
  idTokenClaims,
  idTokenEnvironment,
  writeIdToken,
} from '../../test/support/tables/stages.ts';
import {
  asking,
  assertFailed,
  basic,
  failedAt,
  gotAt,
  granted,
  type Outcome,
  readAttempts,
  readError,
  runStep,
} from '../../test/support/tables/step.ts';
import { explain, refuse, view } from '../../test/support/tables/wording.ts';
import { TransportError } from '../http/transport-error.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { sayCacheNotUsed } from '../wording/cache.ts';
import { sayRequesting } from '../wording/progress.ts';

describe('a step that knows its issuer', () => {
  const issuer = 'https://sso.example.com/realms/ci';
  const place = { 'token-url': '', issuer };
  const reading = view(readUsualInputs(place), 'metadata');
  const wellKnown = `${issuer}/.well-known/openid-configuration`;
  const tokenEndpoint = 'https://tokens.example.com/ci/token';
  const metadata = answerJson(200, { issuer, token_endpoint: tokenEndpoint });

  test('reads the metadata first, and sends the request to the endpoint that it names', async () => {
    const { calls, network, greenAfter } = await runStep({
      answers: [metadata, granted],
      inputs: place,
    });
    assert.notEqual(greenAfter, undefined);
    assert.deepEqual(
      network.requests.map(({ method, url }) => `${method} ${url}`),
      [`GET ${wellKnown}`, `POST ${tokenEndpoint}`],
    );
    assert.ok(calls.includes(line(sayRequesting(readUsualInputs(place), false))));
    assert.equal(network.requests[0]?.headers['authorization'], undefined);
    assert.equal(network.requests[1]?.headers['authorization'], `Basic ${basic}`);
  });

  test('requests the second URL if the first has no metadata', async () => {
    const { network, greenAfter } = await runStep({
      answers: [answerJson(404, {}), metadata, granted],
      inputs: place,
    });
    assert.notEqual(greenAfter, undefined);
    assert.equal(
      network.requests[1]?.url,
      'https://sso.example.com/.well-known/oauth-authorization-server/realms/ci',
    );
  });

  test('requests the metadata again if the server is busy, and says for what', async () => {
    const outcome = await runStep({
      answers: [answerJson(503, {}), answerJson(404, {}), 'silence', metadata, granted],
      inputs: place,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    assert.deepEqual(readAttempts(outcome), [
      failedAt(1, refuse(answerJson(503, {})), { wait: 3000 }, reading),
      failedAt(2, new TransportError('timeout'), { wait: 6000, allowed: 15_000 }, reading),
    ]);
  });

  test('has all attempts for the token although the metadata took some', async () => {
    const busy = answerJson(503, {});
    const outcome = await runStep({
      answers: [busy, busy, busy, busy, busy, busy, metadata, busy, busy, busy, granted],
      inputs: place,
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    const attempts = readAttempts(outcome);
    assert.deepEqual(
      attempts.slice(3),
      [1, 2, 3].map((attempt) => failedAt(attempt, refuse(busy), { wait: 0 })),
    );
  });

  test('says who the server is if it is another one, and sends it no secret', async () => {
    const other = answerJson(200, { issuer: `${issuer}/`, token_endpoint: tokenEndpoint });
    const answers = [other, answerJson(404, {})];
    const outcome = await runStep({ answers, inputs: place });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: another issuer\] .*https:\/\/sso\.example\.com\/realms\/ci\/[^\w]/,
    );
    assert.equal(outcome.network.requests.length, 2);
    assert.ok(outcome.calls.includes('group Metadata: request and answer'));
    assert.ok(outcome.calls.includes(`info GET ${wellKnown}: 200 OK`));
  });

  test('names every URL that was tried if there is no metadata', async () => {
    const answers = [answerJson(404, {}), answerJson(404, {})];
    const error = readError(await runStep({ answers, inputs: place }));
    assert.match(error, /^error \[oauth2-token: no metadata there\]/);
    assert.ok(error.includes(`${wellKnown} (404), https://sso.example.com/.well-known/`));
  });

  test('gives up when the metadata does not come', async () => {
    const answers = Array.from({ length: 8 }, () => answerJson(503, {}));
    const error = readError(await runStep({ answers, inputs: place, random: 0 }));
    assert.match(error, /^error \[oauth2-token: server failed\] .* 4 attempts\.$/);
  });

  test('shows what the metadata says without commands', async () => {
    const hostile = 'x\n::set-output name=token::evil\r##[set-output name=token]evil';
    const answers: readonly Answer[] = [
      answerJson(200, { issuer: hostile, token_endpoint: tokenEndpoint }),
      answerJson(200, { issuer, token_endpoint: `http://${hostile}` }),
      answerJson(302, {}, { location: `/x ${hostile}` }),
      answerJson(200, { issuer, token_endpoint: hostile }),
    ];
    for (const one of answers) {
      const outcome = await runStep({ answers: [one, one], inputs: { ...place, verbose: 'true' } });
      assertFailed(outcome);
      const lines = outcome.calls
        .filter((call) => /^(info|group|error) /.test(call))
        .join('\u0000');
      assert.match(lines, /set-output name=token/);
      assert.doesNotMatch(lines, /##\[|^\s*::|[\r\n]/);
    }
  });

  test('requests the metadata again after any refusal with retry-on: all', async () => {
    const outcome = await runStep({
      answers: [answerJson(403, {}), answerJson(403, {}), metadata, granted],
      inputs: { ...place, 'retry-on': 'all' },
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    const [first] = readAttempts(outcome);
    assert.equal(first, failedAt(1, refuse(answerJson(403, {})), { wait: 0 }, reading));
  });

  test('uses the endpoint for certificates if it shows one, and shows it to both', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const mtls = 'https://mtls.example.com/token';
    const answers = [
      answerJson(200, {
        issuer,
        token_endpoint: tokenEndpoint,
        mtls_endpoint_aliases: { token_endpoint: mtls },
      }),
      granted,
    ];
    const inputs = {
      ...place,
      'client-secret': '',
      'client-certificate': certificate,
      'client-key': key,
    };
    // The certificate is valid by the clock of the machine.
    const start = new Date().toISOString();
    const { network, greenAfter } = await runStep({ answers, inputs, start });
    assert.notEqual(greenAfter, undefined);
    assert.equal(network.requests[1]?.url, mtls);
    for (const { tls } of network.limits) {
      assert.deepEqual(tls, { certificate: certificate.trim(), key });
    }
    assert.equal(
      network.requests[1].body,
      'grant_type=client_credentials&scope=read+list&client_id=ci-client',
    );
  });
});

describe("a step that sends GitHub's ID token", () => {
  const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };
  const env = idTokenEnvironment;
  const sentIdToken = ({ network }: Outcome, index: number): string | null =>
    new URLSearchParams(network.requests[index]?.body).get('client_assertion');

  test('requests it, hides it before any line shows it, and sends it', async () => {
    const outcome = await runStep({
      answers: [answerIdToken(1), granted],
      inputs: federated,
      env,
    });
    assert.deepEqual(outcome.calls.slice(0, 4), [
      asking,
      `mask ${writeIdToken(1)}`,
      'mask the-token',
      gotAt(1),
    ]);
    assert.equal(sentIdToken(outcome, 1), writeIdToken(1));
  });

  test('says which permission the job lacks, and requests nothing', async () => {
    const outcome = await runStep({ inputs: federated });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: no OIDC token\] .* `permissions: { id-token: write }` /,
    );
    assert.deepEqual(outcome.network.requests, []);
  });

  test('sends a new one at each attempt, because a server accepts each once', async () => {
    const outcome = await runStep({
      answers: [answerIdToken(1), answerJson(503, {}), answerIdToken(2), granted],
      inputs: federated,
      env,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    assert.deepEqual(
      [sentIdToken(outcome, 1), sentIdToken(outcome, 3)],
      [writeIdToken(1), writeIdToken(2)],
    );
  });

  test('counts the attempts to get it separately from those to get the token', async () => {
    const busy = answerJson(500, {});
    const outcome = await runStep({
      answers: [busy, busy, answerIdToken(1), busy, busy, busy, answerIdToken(2), granted],
      inputs: federated,
      env,
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    const error = refuse(busy);
    const fetching = view(undefined, 'id_token');
    assert.deepEqual(readAttempts(outcome), [
      failedAt(1, error, { wait: 0 }, fetching),
      failedAt(2, error, { wait: 0 }, fetching),
      failedAt(1, error, { wait: 0 }),
      failedAt(1, error, { wait: 0 }, fetching),
      failedAt(2, error, { wait: 0 }, fetching),
    ]);
  });

  test('fails with the answer of its service if none comes for a later attempt', async () => {
    const outcome = await runStep({
      answers: [answerIdToken(1), answerJson(503, {}), answerJson(403, {})],
      inputs: federated,
      env,
    });
    assert.match(readError(outcome), /^error \[oauth2-token: no OIDC token\] .* 403 Forbidden\./);
  });

  test('shows what the last one said if the server refuses it', async () => {
    const outcome = await runStep({
      answers: [
        answerIdToken(1, { sub: 'repo:acme/shop:pull_request' }),
        answerJson(503, {}),
        answerIdToken(2),
        answerJson(401, {
          error: 'invalid_client',
          error_description: 'AADSTS700213: No match.\r\nTrace ID: 1',
        }),
      ],
      inputs: federated,
      env,
    });
    const error = readError(outcome);
    const { iss, sub, aud } = idTokenClaims;
    assert.ok(error.startsWith('error [oauth2-token: OIDC token refused] '), error);
    assert.ok(error.includes('401 invalid_client, "AADSTS700213: No match"'), error);
    assert.ok(error.includes(`iss: ${iss}, sub: ${sub}, aud: ${aud}.`), error);
    assert.ok(outcome.calls.includes(`info OIDC token: iss: ${iss}, sub: ${sub}, aud: ${aud}`));
    assert.doesNotMatch(outcome.calls.filter((call) => !call.startsWith('mask ')).join(), /eyJ/);
  });

  test('requests neither it nor a token if the URL of its service is not https', async () => {
    const outcome = await runStep({
      inputs: federated,
      env: { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: 'http://run-actions.example.com/' },
    });
    const { title } = explain(new IdTokenError('bad_endpoint'));
    assert.ok(readError(outcome).startsWith(`error [oauth2-token: ${title}] `));
    assert.deepEqual(outcome.network.requests, []);
  });
});

describe('total-timeout', () => {
  const issuer = 'https://sso.example.com';
  const everything = {
    'token-url': '',
    issuer,
    'client-secret': '',
    'id-token-as': 'client_assertion',
  };
  const env = idTokenEnvironment;
  const metadata = answerJson(200, { issuer, token_endpoint: `${issuer}/token` });

  test('is one for the metadata, the ID token and the token', async () => {
    const start = '2026-01-31T11:00:00Z';
    const outcome = await runStep({
      // 15 s each, then 0.2 s for each answer.
      answers: ['silence', metadata, 'silence', answerIdToken(1), 'silence'],
      inputs: { ...everything, 'total-timeout': '45.3' },
      env,
      start,
      random: 0,
    });
    assert.match(readError(outcome), /total-timeout \(45\.3 s\)/);
    assert.equal(outcome.clock.now() - Date.parse(start), 45_300);
  });

  test('lets all three take their time if there is enough of it', async () => {
    const outcome = await runStep({
      answers: [
        'silence',
        metadata,
        'silence',
        answerIdToken(1),
        'silence',
        answerIdToken(2),
        granted,
      ],
      inputs: { ...everything, 'total-timeout': '46' },
      env,
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
  });

  test('does not count the time that the cache takes', async () => {
    const cached = {
      'use-cache': 'true',
      'cache-encryption-key': 'a-key-of-32-characters-or-longer',
      'total-timeout': '4',
    };
    const outcome = await runStep({
      // The cache is silent for the 5 s that it has, twice at once.
      answers: ['silence', 'silence', granted],
      inputs: cached,
      env: {
        GITHUB_REPOSITORY_ID: '1',
        ACTIONS_RESULTS_URL: 'https://results.example.com/',
        ACTIONS_CACHE_SERVICE_V2: 'True',
        ACTIONS_RUNTIME_TOKEN: 'the-runtime-token',
      },
    });
    assert.ok(outcome.calls.includes(line(sayCacheNotUsed('timeout'))));
    assert.notEqual(outcome.greenAfter, undefined);
  });
});
