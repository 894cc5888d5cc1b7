import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import {
  granted,
  type Outcome,
  readError,
  runStep,
  secret,
} from '../../test/support/tables/step.ts';
import { openState, type RevocationState } from './revocation-state.ts';

describe('a step whose token is revoked at the end of the job', () => {
  const issuer = 'https://sso.example.com/realms/ci';
  const tokenUrl = 'https://login.example.com/oauth2/token';
  const revocationUrl = 'https://login.example.com/revoke';
  const runtimeToken = 'the-runtime-token';
  const env = { ACTIONS_RUNTIME_TOKEN: runtimeToken };
  const given = { revoke: 'true', 'revocation-url': revocationUrl };
  const byIssuer = { revoke: 'true', 'token-url': '', issuer };
  const named = { issuer, token_endpoint: tokenUrl, revocation_endpoint: revocationUrl };

  /** The state that waits for the end of the job; undefined if there is none. */
  const readState = ({ calls }: Outcome): RevocationState | undefined => {
    const state = calls.find((call) => call.startsWith('state revocation='));
    return state === undefined
      ? undefined
      : openState(state.slice('state revocation='.length), runtimeToken);
  };

  const omitInputs = (state: RevocationState | undefined): unknown => {
    const { inputs, ...rest } = state ?? assert.fail('nothing was kept');
    assert.ok(Object.keys(inputs).length > 0);
    return rest;
  };

  test('saves the token for then, encrypted, before later steps have it', async () => {
    const outcome = await runStep({ inputs: given, env });
    assert.deepEqual(omitInputs(readState(outcome)), {
      token: 'the-token',
      revocationUrl,
      tokenUrl,
      expiresAt: Date.parse('2026-01-31T12:00:00Z'),
    });
    assert.equal(readState(outcome)?.inputs['client-secret'], secret);
    const kept = outcome.calls.findIndex((call) => call.startsWith('state '));
    assert.ok(kept > outcome.calls.indexOf('mask the-token'));
    assert.ok(kept < outcome.calls.indexOf('output token=the-token'));
    assert.ok(!outcome.calls[kept]?.includes('the-token'));
  });

  test('saves no expiry that only the user named, because the token stays valid after it', async () => {
    const outcome = await runStep({
      answers: [answerJson(200, { access_token: 'the-token' })],
      inputs: {
        ...given,
        'default-expires-in': '900',
        'expires-at-override': '2026-01-31T11:30:00Z',
      },
      env,
    });
    assert.ok(outcome.calls.includes('output expires-at=2026-01-31T11:30:00Z'));
    assert.deepEqual(omitInputs(readState(outcome)), {
      token: 'the-token',
      revocationUrl,
      tokenUrl,
    });
  });

  test('is revoked at once if its state cannot be saved, and later steps get nothing', async () => {
    const token = Array.from({ length: 4000 }, (_, index) =>
      createHash('sha256').update(`${index}`).digest('hex'),
    ).join('');
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const rows = [
      { answers: [answerJson(200, { access_token: token })], title: 'token too long' },
      {
        env: { ...env, GITHUB_STATE: '/runner/state' },
        files: {
          measure: (path: string) => {
            if (path === '/runner/state') throw full;
            return 0;
          },
          cut: () => undefined,
        },
        title: 'runner file not writable',
      },
    ];
    for (const { title, answers = [granted], ...differences } of rows) {
      const outcome = await runStep({
        inputs: { ...given, 'env-var': 'false' },
        env,
        ...differences,
        answers: [...answers, answerJson(200, {})],
      });
      assert.ok(
        readError(outcome).startsWith(`error [oauth2-token: ${title}] `),
        readError(outcome),
      );
      assert.equal(outcome.network.requests.at(-1)?.url, revocationUrl);
      assert.ok(outcome.calls.some((call) => call.startsWith('info Revoked the token at ')));
    }
  });

  test('saves nothing if that is not requested', async () => {
    assert.equal(readState(await runStep({ env })), undefined);
  });

  const other = 'https://other.example.com/revoke';
  const places: readonly [what: string, inputs: Readonly<Record<string, string>>, url: string][] = [
    ['the metadata names', byIssuer, revocationUrl],
    [
      'revocation-url names, whatever the metadata does',
      { ...byIssuer, 'revocation-url': other },
      other,
    ],
  ];
  for (const [what, inputs, url] of places) {
    test(`will use the endpoint that ${what}`, async () => {
      const outcome = await runStep({ answers: [answerJson(200, named), granted], inputs, env });
      assert.equal((readState(outcome) as { revocationUrl: string }).revocationUrl, url);
    });
  }

  test('requests no token if nothing says how to revoke it', async () => {
    const metadata = answerJson(200, { issuer, token_endpoint: tokenUrl });
    const outcome = await runStep({ answers: [metadata, granted], inputs: byIssuer, env });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: no revocation endpoint\] .* sso\.example\.com /,
    );
    assert.equal(outcome.network.requests.length, 1);
  });

  test('will use the endpoint for certificates if it has a certificate and the server has such an endpoint', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const inputs = {
      ...byIssuer,
      'client-secret': '',
      'client-certificate': certificate,
      'client-key': key,
    };
    // The certificate is valid by the clock of the machine.
    const start = new Date().toISOString();
    const mtls = 'https://mtls.example.com/revoke';
    for (const [aliases, url] of [
      [{ revocation_endpoint: mtls }, mtls],
      [{}, revocationUrl],
    ] as const) {
      const metadata = answerJson(200, { ...named, mtls_endpoint_aliases: aliases });
      const outcome = await runStep({ answers: [metadata, granted], inputs, env, start });
      assert.equal((readState(outcome) as { revocationUrl: string }).revocationUrl, url);
    }
    const metadata = answerJson(200, {
      ...named,
      mtls_endpoint_aliases: { revocation_endpoint: mtls },
    });
    const outcome = await runStep({ answers: [metadata, granted], inputs: byIssuer, env });
    assert.equal((readState(outcome) as { revocationUrl: string }).revocationUrl, revocationUrl);
  });
});
