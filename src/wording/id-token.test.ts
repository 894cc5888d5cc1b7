import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { say } from '../../test/support/making/inputs.ts';
import {
  explain,
  fail,
  giveUp,
  type GivingUp,
  inTheSameWay,
  refuse,
  type SaidAnnotation,
  same,
  view,
} from '../../test/support/tables/wording.ts';
import { TransportError, type TransportErrorCode } from '../http/transport-error.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { describeAnswer } from './attempts.ts';
import { describeIdToken, writeClaims } from './id-token.ts';

describe('an ID token', () => {
  const claims = { iss: 'https://i.example.com', sub: 'repo:acme/shop', aud: ['a', 'b'], jti: 'x' };

  test('is told by what a server looks at, never by itself', () => {
    const lines = describeIdToken({ token: 'open-sesame', claims }).map(say);
    assert.deepEqual(lines, [
      'OIDC token: iss: https://i.example.com, sub: repo:acme/shop, aud: a, b',
    ]);
    assert.deepEqual(describeIdToken(undefined), []);
  });

  test('may lack what a server looks at', () => {
    assert.equal(say(writeClaims({ token: 'x', claims: {} })), 'iss: none, sub: none, aud: none');
  });

  test('has no commands in its claims', () => {
    const hostile = { token: 'x', claims: { sub: 'a\n::error::b ##[c]' } };
    assert.doesNotMatch(say(writeClaims(hostile)), /##\[|^\s*::|\n/);
  });

  test('is in the group of the token request, whether there was an answer or none', () => {
    const known = { ...view(), idToken: { token: 'x', claims } };
    const first = 'OIDC token: iss: https://i.example.com, sub: repo:acme/shop, aud: a, b';
    for (const error of [refuse(answerJson(401, { error: 'x' })), new TransportError('timeout')]) {
      assert.equal(describeAnswer(fail(error), known).map(say)[0], first);
      const elsewhere = describeAnswer(fail(error), { ...known, stage: 'revocation' });
      assert.ok(!elsewhere.map(say).includes(first));
    }
  });
});

describe("GitHub's ID token", () => {
  const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };
  const explainIdToken = (error: unknown, how: GivingUp = {}): SaidAnnotation =>
    giveUp(error, { stage: 'id_token', given: federated, ...how });
  const service = "GitHub's OIDC token service";

  test('that a job may not ask for tells which permission it needs', () => {
    assert.deepEqual(explain(new IdTokenError('no_permission')), {
      title: 'no OIDC token',
      message:
        "This job has no permission to request GitHub's OIDC token. Add `permissions: { id-token: write }` to the job. Runs for pull requests from forks never have it.",
    });
  });

  const rows: readonly [error: IdTokenError, message: string][] = [
    [
      new IdTokenError('bad_endpoint'),
      `GitHub's OIDC token cannot be requested: ACTIONS_ID_TOKEN_REQUEST_URL of this runner is not an https URL. The administrator of the runner must fix it. ${inTheSameWay}`,
    ],
    [
      new IdTokenError('refused', { status: 403 }),
      `${service} answered 403 Forbidden. See githubstatus.com. The reason may also be an audience that GitHub does not accept (id-token-audience). ${same}`,
    ],
    [
      new IdTokenError('unparsable', { status: 200 }),
      `${service} answered 200 OK without an OIDC token. See githubstatus.com. ${same}`,
    ],
    [
      new IdTokenError('malformed', { status: 201 }),
      `${service} answered 201 Created without an OIDC token. See githubstatus.com. ${same}`,
    ],
  ];
  for (const [error, message] of rows) {
    test(`that cannot be had: ${error.code}`, () => {
      assert.deepEqual(explainIdToken(error), { title: 'no OIDC token', message });
    });
  }

  test('that its service does not give after all attempts says so', () => {
    const error = new IdTokenError('refused', { status: 500, retryable: true });
    assert.deepEqual(explainIdToken(error, { code: 'attempts_used_up', attempt: 4 }), {
      title: 'no OIDC token',
      message: `${service} answered 500 Internal Server Error. See githubstatus.com. Stopped after 4 attempts.`,
    });
  });

  test('that its service does not give because the job is pending for GitHub says so', () => {
    const error = new IdTokenError('pending', { status: 403, retryable: true });
    assert.deepEqual(explainIdToken(error, { code: 'attempts_used_up', attempt: 4 }), {
      title: 'no OIDC token',
      message: `${service} answered 403 Forbidden. GitHub has not yet registered that this job is running, which usually takes a few seconds. Run the job again. If every run fails like this, see githubstatus.com. Stopped after 4 attempts.`,
    });
  });

  test('whose service asks for patience names it', () => {
    const error = new IdTokenError('refused', { status: 429, retryable: true });
    const how = { code: 'retry_after_too_long', retryAfter: 300_000 } as const;
    assert.deepEqual(explainIdToken(error, how), {
      title: 'wait too long',
      message: `${service} answered 429 Too Many Requests and requires a wait of 300 s (Retry-After), longer than total-timeout (120 s) allows. Run the job again later, or set a longer total-timeout.`,
    });
  });

  const transport: readonly [
    title: string,
    code: TransportErrorCode,
    systemCode: string,
    message: string,
  ][] = [
    [
      'no answer in time',
      'timeout',
      '',
      `${service} gave no answer within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'name not found',
      'name_not_found',
      'ENOTFOUND',
      `${service} could not be reached: its name was not found (ENOTFOUND). See githubstatus.com.`,
    ],
    [
      'name not resolved',
      'name_unresolved',
      'EAI_AGAIN',
      `${service} could not be reached: its name was not resolved (EAI_AGAIN). The runner's DNS server gave no answer. If every run fails like this, check the DNS settings of the runner.`,
    ],
    [
      'TLS expected',
      'tls_expected',
      '',
      `${service} uses TLS on this port, but the URL begins with http://. A proxy in between may have answered.`,
    ],
    [
      'no connection',
      'connection_failed',
      'ECONNREFUSED',
      `${service} could not be reached: connection refused (ECONNREFUSED). See githubstatus.com.`,
    ],
    [
      'answer too large',
      'answer_too_large',
      '',
      `${service} sent more than 64 KiB. The expected answer has a few KiB. See githubstatus.com.`,
    ],
    [
      'TLS not trusted',
      'tls_untrusted',
      'SELF_SIGNED_CERT_IN_CHAIN',
      `The certificate of ${service} is not trusted: odd (SELF_SIGNED_CERT_IN_CHAIN). A proxy that inspects TLS has a CA of its own. Set NODE_EXTRA_CA_CERTS in the env of the step to the file with its certificate, or NODE_USE_SYSTEM_CA: 1 if this machine trusts it.`,
    ],
    [
      'TLS not trusted',
      'tls_untrusted',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      `The certificate of ${service} is for another name: odd. A proxy in between may have answered.`,
    ],
    [
      'TLS failed',
      'tls_failed',
      'EPROTO',
      `${service} and this runner could not agree on TLS: odd (EPROTO). A proxy in between may have answered.`,
    ],
  ];
  for (const [title, code, systemCode, message] of transport) {
    test(`that its service cannot be asked for speaks of no input that has no part in it: ${code} ${systemCode}`, () => {
      const error = new TransportError(code, { systemCode, cause: new Error('odd') });
      const how = { code: 'attempts_used_up', attempt: 4 } as const;
      assert.deepEqual(explainIdToken(error, how), {
        title,
        message: `${message} Stopped after 4 attempts.`,
      });
      assert.doesNotMatch(message, /token-url|issuer|ca-certificate/);
    });
  }
});
