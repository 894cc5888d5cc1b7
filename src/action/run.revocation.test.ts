import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import { granted, type Outcome, readError, runStep } from '../../test/support/tables/step.ts';
import { openState } from './revocation-state.ts';

describe('a step whose token is revoked at the end of the job', () => {
  const issuer = 'https://sso.example.com/realms/ci';
  const tokenUrl = 'https://login.example.com/oauth2/token';
  const revocationUrl = 'https://login.example.com/revoke';
  const runtimeToken = 'the-runtime-token';
  const env = { ACTIONS_RUNTIME_TOKEN: runtimeToken };
  const given = { revoke: 'true', 'revocation-url': revocationUrl };
  const byIssuer = { revoke: 'true', 'token-url': '', issuer };
  const named = { issuer, token_endpoint: tokenUrl, revocation_endpoint: revocationUrl };

  /** What waits for the end of the job; undefined where nothing does. */
  const readState = ({ calls }: Outcome): unknown => {
    const state = calls.find((call) => call.startsWith('state revocation='));
    return state && openState(state.slice('state revocation='.length), runtimeToken);
  };

  test('keeps the token for then, sealed, before later steps have it', async () => {
    const outcome = await runStep({ inputs: given, env });
    assert.deepEqual(readState(outcome), {
      token: 'the-token',
      revocationUrl,
      tokenUrl,
      expiresAt: Date.parse('2026-01-31T12:00:00Z'),
    });
    const kept = outcome.calls.findIndex((call) => call.startsWith('state '));
    assert.ok(kept > outcome.calls.indexOf('mask the-token'));
    assert.ok(kept < outcome.calls.indexOf('output token=the-token'));
    assert.ok(!outcome.calls[kept]?.includes('the-token'));
  });

  test('keeps no expiry that only the user named, for the token lives on after it', async () => {
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
    assert.deepEqual(readState(outcome), { token: 'the-token', revocationUrl, tokenUrl });
  });

  test('keeps nothing where that is not asked for', async () => {
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
    test(`will ask the place that ${what}`, async () => {
      const outcome = await runStep({ answers: [answerJson(200, named), granted], inputs, env });
      assert.equal((readState(outcome) as { revocationUrl: string }).revocationUrl, url);
    });
  }

  test('asks for no token where nothing says how it is revoked', async () => {
    const metadata = answerJson(200, { issuer, token_endpoint: tokenUrl });
    const outcome = await runStep({ answers: [metadata, granted], inputs: byIssuer, env });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: no revocation endpoint\] .* sso\.example\.com /,
    );
    assert.equal(outcome.network.requests.length, 1);
  });

  test('will ask the place for certificates where it shows one and there is such', async () => {
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
