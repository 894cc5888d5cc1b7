import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { decodeJwt } from 'jose';

import { createAuthority, type IssuedCertificate } from '../../test/support/making/certificates.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  type FakeClock,
  type FakeNetwork,
  noFiles,
} from '../../test/support/doubles/fakes.ts';
import { generatePem, line } from '../../test/support/making/inputs.ts';
import {
  answerIdToken,
  idTokenEnvironment,
  writeIdToken,
} from '../../test/support/tables/stages.ts';
import type { HttpResponse } from '../http/request.ts';
import { TransportError } from '../http/transport-error.ts';
import { type RevocationState, sealState } from './revocation-state.ts';
import { sayTlsStaysVerified, sayTrustChanged } from '../wording/progress.ts';
import { revokeToken } from './revoke-token.ts';

const secret = 's3cret-value';
const basic = Buffer.from(`ci-client:${secret}`).toString('base64');
const masks = [`mask ${basic}`, `mask ${secret}`];
const runtimeToken = 'the-runtime-token';
const tokenUrl = 'https://login.example.com/oauth2/token';
const start = '2026-01-31T11:00:00Z';

const state: RevocationState = {
  token: 'the-token',
  revocationUrl: 'https://revoke.example.com/oauth2/revoke',
  tokenUrl,
  expiresAt: Date.parse('2026-01-31T12:00:00Z'),
  inputs: {},
};

const done: HttpResponse = { status: 200, statusText: '', headers: {}, body: Buffer.from('') };
const unsupported = answerJson(400, { error: 'unsupported_token_type' });

/** How the end of a job differs from the usual one. */
interface Differences {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly answers?: readonly Answer[];
  /** What differs in the state that the step left. */
  readonly kept?: Partial<RevocationState>;
  readonly now?: string;
  readonly debug?: boolean;
}

/** What the end of the job did. */
interface Outcome {
  readonly calls: readonly string[];
  /** The lines for people, those of groups too. */
  readonly lines: readonly string[];
  readonly network: FakeNetwork;
  readonly clock: FakeClock;
}

/** Runs the end of a job whose step left its state. */
async function end(differences: Differences = {}): Promise<Outcome> {
  const { inputs = {}, env = {}, answers = [done], kept = {}, now = start } = differences;
  const runner = createFakeRunner({ debug: differences.debug ?? false });
  const clock = createFakeClock(now);
  const network = createFakeNetwork(answers, clock);
  let made = 0;
  const given = {
    'token-url': tokenUrl,
    'client-id': 'ci-client',
    'client-secret': secret,
    revoke: 'true',
    'revocation-url': 'https://revoke.example.com/oauth2/revoke',
    ...inputs,
  };
  await revokeToken({
    runner,
    env: {
      // The inputs of the end of a job can be those of another step.
      ...createInputEnvironment({ revoke: 'true', 'client-secret': 'the-secret-of-another' }),
      ACTIONS_RUNTIME_TOKEN: runtimeToken,
      STATE_revocation: sealState({ ...state, inputs: given, ...kept }, runtimeToken, randomBytes),
      ...env,
    },
    platform: 'linux',
    clock,
    random: () => 0.5,
    randomBytes,
    randomUUID: () => `id-${(made += 1)}`,
    send: network.send,
    files: noFiles,
    saveScript: '/nowhere/save.js',
    temp: '/nowhere',
    succeed: () => assert.fail('the step was over long ago'),
  });
  const lines = runner.calls.filter((call) => !call.startsWith('mask '));
  return { calls: runner.calls, lines, network, clock };
}

/** The form of a request. */
function readForm({ network }: Outcome, index = 0): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(network.requests[index]?.body));
}

const revoked = 'info Revoked the token at revoke.example.com.';

describe('a state that nobody encrypted', () => {
  for (const junk of ['x', '{}', Buffer.alloc(60).toString('base64')]) {
    test(`is a warning if the step says revoke: true: ${junk.slice(0, 8)}`, async () => {
      const { calls, network } = await end({ env: { STATE_revocation: junk } });
      assert.equal(calls.filter((call) => call.startsWith('warning ')).length, 1);
      assert.deepEqual(network.requests, []);
    });

    test(`is silent if it does not: ${junk.slice(0, 8)}`, async () => {
      const { lines, network } = await end({ env: { STATE_revocation: junk, INPUT_REVOKE: '' } });
      assert.deepEqual(lines, []);
      assert.deepEqual(network.requests, []);
    });
  }

  test('does not open if the job has no runtime token', async () => {
    const forged = sealState({ ...state, inputs: {} }, '', randomBytes);
    const env = { STATE_revocation: forged, ACTIONS_RUNTIME_TOKEN: '' };
    const { network } = await end({ env });
    assert.deepEqual(network.requests, []);
  });

  for (const revocationUrl of ['http://evil.example.com/revoke', 'ftp://evil.example.com/']) {
    test(`sends nothing to ${revocationUrl}`, async () => {
      const { calls, network } = await end({ kept: { revocationUrl } });
      assert.equal(calls.filter((call) => call.startsWith('warning ')).length, 1);
      assert.deepEqual(network.requests, []);
    });
  }

  test('sends nothing of the inputs of the job', async () => {
    const outcome = await end({ kept: { inputs: { ...state.inputs, 'token-url': tokenUrl } } });
    assert.ok(!JSON.stringify(outcome.network.requests).includes('the-secret-of-another'));
  });
});

describe('the end of a job', () => {
  test('hides all secrets, then the token, and says where it was revoked', async () => {
    const { calls } = await end();
    assert.deepEqual(calls, [...masks, 'mask the-token', revoked]);
  });

  test('says what changes which certificates TLS trusts, because a later step may have set it', async () => {
    const env = { NODE_EXTRA_CA_CERTS: '/somewhere', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { lines } = await end({ env });
    assert.deepEqual(lines, [
      line(sayTlsStaysVerified()),
      line(sayTrustChanged(['NODE_EXTRA_CA_CERTS'])),
      revoked,
    ]);
  });

  test('sends one request, with the token and the client authentication of the step', async () => {
    const outcome = await end({ inputs: { headers: 'X-Tenant: acme' } });
    assert.equal(outcome.network.requests.length, 1);
    const { method, url, headers } = outcome.network.requests[0] ?? assert.fail();
    assert.deepEqual([method, url], ['POST', 'https://revoke.example.com/oauth2/revoke']);
    assert.equal(headers['authorization'], `Basic ${basic}`);
    assert.equal(headers['x-tenant'], 'acme');
    assert.deepEqual(readForm(outcome), { token: 'the-token', token_type_hint: 'access_token' });
    assert.deepEqual(outcome.network.limits[0]?.tls, {});
  });

  test('signs a new assertion for the token endpoint that the step found, and hides it', async () => {
    const outcome = await end({
      inputs: { 'client-secret': '', 'private-key': generatePem(), 'token-url': 'https://x.test/' },
    });
    assert.equal(outcome.lines.at(-1), revoked);
    const jwt = readForm(outcome)['client_assertion'] ?? '';
    assert.ok(outcome.calls.includes(`mask ${jwt}`));
    const { aud, jti, iat } = decodeJwt(jwt);
    assert.deepEqual([aud, jti], [tokenUrl, 'id-1']);
    assert.equal(iat, Date.parse(start) / 1000);
  });

  test('is not stopped by a variable of a later step that looks like an input', async () => {
    const { lines } = await end({ env: { 'INPUT_CLIENT-SECRETS': 'x' } });
    assert.deepEqual(lines, [revoked]);
  });

  test('revokes a token whose expiry the server did not name', async () => {
    const { lines } = await end({ kept: { expiresAt: undefined } });
    assert.deepEqual(lines, [revoked]);
  });
});

describe('the state that the step left', () => {
  const unreadable =
    'warning [oauth2-token: token not revoked] The token was not revoked, because the state that the step saved for the end of the job cannot be read. It stays valid until it expires.';
  const rows: readonly [what: string, env: NodeJS.ProcessEnv][] = [
    ['is not there', { STATE_revocation: undefined }],
    ['is empty', { STATE_revocation: '' }],
    ['is damaged', { STATE_revocation: Buffer.alloc(80).toString('base64') }],
    ['is of another job', { ACTIONS_RUNTIME_TOKEN: 'another-token' }],
    ['is kept by a runner that gives no token now', { ACTIONS_RUNTIME_TOKEN: undefined }],
  ];
  for (const [what, env] of rows) {
    test(`gives only a warning if it ${what}`, async () => {
      const { calls, network } = await end({ env });
      assert.deepEqual(
        calls.filter((call) => !call.startsWith('mask ')),
        [unreadable],
      );
      assert.deepEqual(network.requests, []);
    });
  }
});

describe('a token that has expired by the end of the job', () => {
  for (const now of ['2026-01-31T12:00:00.000Z', '2026-01-31T15:00:00.000Z']) {
    test(`causes no request: at ${now}`, async () => {
      const { calls, network } = await end({ now });
      assert.deepEqual(calls, [
        ...masks,
        'mask the-token',
        'info Not revoked: the token expired at 2026-01-31T12:00:00Z.',
      ]);
      assert.deepEqual(network.requests, []);
    });
  }

  test('is revoked if it lives for a moment more', async () => {
    const { lines } = await end({ now: '2026-01-31T11:59:59.999Z' });
    assert.deepEqual(lines, [revoked]);
  });
});

describe('a token that cannot be revoked', () => {
  const notRevoked = 'warning [oauth2-token: token not revoked] revoke.example.com did not revoke';

  test('is a warning that says why and until when it is valid, after request and answer', async () => {
    const { lines } = await end({ answers: [unsupported] });
    assert.deepEqual(lines, [
      'group Revocation: request and answer',
      'info POST https://revoke.example.com/oauth2/revoke',
      'info client ci-client, client_secret_basic (form), body: token, token_type_hint',
      'info 400 Bad Request, application/json, 34 bytes, after 0.2 s',
      'info error: unsupported_token_type',
      'endgroup',
      `${notRevoked} the token (400 unsupported_token_type). It stays valid until 2026-01-31T12:00:00Z.`,
    ]);
  });

  test('names the host of the revocation endpoint if its name was not found', async () => {
    const answers = [new TransportError('name_not_found', { systemCode: 'ENOTFOUND' })];
    const { lines } = await end({ answers, inputs: { 'retry-max-attempts': '1' } });
    assert.match(lines.at(-1) ?? '', /\(the name revoke\.example\.com was not found /);
  });

  test('stays valid until it expires if its expiry is not known', async () => {
    const { lines } = await end({ answers: [unsupported], kept: { expiresAt: undefined } });
    assert.equal(
      lines.at(-1),
      `${notRevoked} the token (400 unsupported_token_type). It stays valid until it expires.`,
    );
  });

  test('names the parameters of the client authentication in what was requested', async () => {
    const { lines } = await end({
      answers: [unsupported],
      inputs: { 'client-auth-method': 'client_secret_post' },
    });
    assert.equal(
      lines[2],
      'info client ci-client, client_secret_post, body: token, token_type_hint, client_id, client_secret',
    );
  });

  test('is a warning too if the inputs cannot be read any more', async () => {
    const { lines, network } = await end({ inputs: { timeout: 'soon' } });
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^warning \[oauth2-token: token not revoked\] revoke\.example\.com did not revoke the token \(.*timeout.*soon.*\)\. It stays valid until 2026-01-31T12:00:00Z\.$/,
    );
    assert.deepEqual(network.requests, []);
  });

  test('is requested again after a refusal only with retry-on: all', async () => {
    assert.equal((await end({ answers: [unsupported, done] })).network.requests.length, 1);
    const all = await end({ answers: [unsupported, done], inputs: { 'retry-on': 'all' } });
    assert.deepEqual(all.lines, [
      'info Attempt 1 of 4 to revoke the token failed: 400 unsupported_token_type. Retrying in 3 s.',
      revoked,
    ]);
  });

  test('takes no longer than total-timeout', async () => {
    const { lines, clock } = await end({
      answers: ['silence', 'silence', 'silence', 'silence'],
      inputs: { 'total-timeout': '20' },
    });
    assert.equal(
      lines.at(-1),
      `${notRevoked} the token (no answer within 2 s). It stays valid until 2026-01-31T12:00:00Z.`,
    );
    assert.equal(clock.now() - Date.parse(start), 20_000);
  });
});

describe('revoking', () => {
  test('is retried as the token request is, even if an answer was lost', async () => {
    const { lines, network } = await end({
      answers: [answerJson(503, {}), new TransportError('answer_cut'), done],
    });
    assert.deepEqual(lines, [
      'info Attempt 1 of 4 to revoke the token failed: 503 Service Unavailable. Retrying in 3 s.',
      'info Attempt 2 of 4 to revoke the token failed: the answer was cut off. Retrying in 6 s.',
      revoked,
    ]);
    assert.equal(network.requests.length, 3);
  });

  test('is shown with verbose, and with debug logging', async () => {
    const shown = [
      'group Revocation: request and answer',
      'info POST https://revoke.example.com/oauth2/revoke',
      'info client ci-client, client_secret_basic (form), body: token, token_type_hint',
    ];
    const verbose = await end({ inputs: { verbose: 'true' } });
    assert.deepEqual(verbose.lines.slice(0, 3), shown);
    const debug = await end({ debug: true });
    assert.deepEqual(debug.lines, verbose.lines);
  });
});

describe("GitHub's ID token at the end of a job", () => {
  const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };

  test('is a new one for each attempt if it authenticates the client', async () => {
    const outcome = await end({
      inputs: federated,
      env: idTokenEnvironment,
      answers: [answerIdToken(1), answerJson(503, {}), answerIdToken(2), done],
    });
    assert.equal(outcome.lines.at(-1), revoked);
    assert.deepEqual(
      [1, 3].map((index) => readForm(outcome, index)['client_assertion']),
      [writeIdToken(1), writeIdToken(2)],
    );
    assert.ok(outcome.calls.includes(`mask ${writeIdToken(2)}`));
  });

  test('is a warning if it does not come', async () => {
    const outcome = await end({
      inputs: federated,
      env: idTokenEnvironment,
      answers: [answerJson(403, {})],
    });
    assert.equal(
      outcome.lines.at(-1),
      'warning [oauth2-token: token not revoked] revoke.example.com did not revoke the token (no OIDC token from GitHub: 403 Forbidden). It stays valid until 2026-01-31T12:00:00Z.',
    );
  });

  test('is not requested if it was the grant', async () => {
    const outcome = await end({ inputs: { ...federated, 'id-token-as': 'assertion' } });
    assert.deepEqual(outcome.lines, [revoked]);
    assert.equal(outcome.network.requests.length, 1);
  });
});

describe('a client with a certificate', () => {
  let own: IssuedCertificate;
  let inputs: Record<string, string>;
  before(async () => {
    const authority = await createAuthority();
    own = await authority.issue({ names: [], client: true });
    inputs = {
      'client-secret': '',
      'client-certificate': own.certificate,
      'client-key': own.key,
      'ca-certificate': authority.certificate,
    };
  });

  test('shows it to revoke, and trusts the certificates that the step trusted', async () => {
    // The certificate is valid by the clock of the machine.
    const now = new Date().toISOString();
    const outcome = await end({ inputs, now, kept: { expiresAt: undefined } });
    assert.deepEqual(outcome.lines, [revoked]);
    assert.deepEqual(outcome.network.limits[0]?.tls, {
      ca: inputs['ca-certificate']?.trim(),
      certificate: own.certificate.trim(),
      key: own.key,
    });
    assert.equal(readForm(outcome)['client_id'], 'ci-client');
  });

  test('has the key hidden as TLS gets it, before anything is requested', async () => {
    const now = new Date().toISOString();
    const otherForm = createPrivateKey(own.key).export({ type: 'sec1', format: 'pem' }).toString();
    const { calls } = await end({
      inputs: { ...inputs, 'client-key': otherForm },
      now,
      kept: { expiresAt: undefined },
    });
    const lines = own.key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
    for (const line of lines) assert.ok(calls.includes(`mask ${line}`), line);
  });

  test('gets a warning if it has expired since the step, by the clock', async () => {
    const { lines, network } = await end({
      inputs,
      now: '2100-01-01T00:00:00Z',
      kept: { expiresAt: undefined },
    });
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^warning \[oauth2-token: token not revoked\] revoke\.example\.com did not revoke the token \(client-certificate: expired at .*\)\. It stays valid until it expires\.$/,
    );
    assert.deepEqual(network.requests, []);
  });
});
