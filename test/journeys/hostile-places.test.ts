/** Whatever text comes from outside, the runner obeys the built action only. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { outputNames } from '../../src/action/outputs.ts';
import { startCacheService } from '../support/doubles/cache-service.ts';
import { createAuthority } from '../support/making/certificates.ts';
import { startIdTokenService } from '../support/doubles/id-token-service.ts';
import { type Run, runAction } from '../support/doubles/runner.ts';
import {
  type Answer,
  garbage,
  json,
  reply,
  startScriptedServer,
  startTcpServer,
  token,
} from '../support/doubles/scripted-server.ts';
import { generatePem } from '../support/making/inputs.ts';
import { secret, own, unprintable } from '../support/making/hostile-text.ts';

/** A key as the base64 of its PEM. */
const encodedKey = Buffer.from(generatePem()).toString('base64');

const root = join(import.meta.dirname, '..', '..');

/** Texts that a runner would obey, or that break a line. Each is put into every field of a scene. */
const evil = [
  '##[set-output name=token;]x',
  '::stop-commands::x',
  '::add-mask::e##[add-mask]e',
  '\n::set-env name=PATH::/evil\r##[error]x\r\n::set-output name=token::x',
  '\u2028::save-state name=a::b\u0085::add-path::/evil\v::error::x\f::warning::x',
  '\x1b[2K\x1b]0;x\x07::add-mask::a\u202e::notice::x\u200b#\u200b#\u200b[error]x\0',
] as const;

/** Runs the built action in the embedded runner, which obeys commands as GitHub's does. */
async function runBuilt(
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
  debug: boolean,
): Promise<Run> {
  return runAction({
    script: join(root, 'dist', 'main', 'index.js'),
    metadata: join(root, 'action.yml'),
    inputs: {
      'client-id': 'ci-client',
      'client-secret': secret,
      'use-cache': 'false',
      'retry-max-attempts': '2',
      'retry-time-slot': '0',
      verbose: 'true',
      ...inputs,
    },
    environment,
    debug,
  });
}

/** The runner did only what the action requested. */
function assertTame(result: Run): void {
  assert.deepEqual(
    result.commands.filter(({ command }) => !own.includes(command)),
    [],
  );
  const { state, path, errors, deprecations, stderr, summary } = result;
  assert.deepEqual(
    { state, path, errors, deprecations, stderr, summary },
    { state: {}, path: [], errors: [], deprecations: [], stderr: '', summary: '' },
  );
  const green = result.exitCode === 0;
  assert.equal(result.conclusion, green ? 'success' : 'failure');
  assert.deepEqual(Object.keys(result.outputs), green ? outputNames : []);
  assert.deepEqual(result.env, green ? { OAUTH2_TOKEN: result.outputs['token'] } : {});
  assert.equal(result.annotations.length, green ? 0 : 1);
  for (const line of result.stdout.split('\n').filter((one) => !one.startsWith('::add-mask::'))) {
    assert.doesNotMatch(line, unprintable);
    assert.doesNotMatch(
      line.replace(/^::(group|endgroup|error)( title=[^:]*)?::/, ''),
      /##\[|^\s*::/,
    );
  }
}

/** Starts the built action against a server with this answer. */
async function tryAnswer(answer: Answer, debug: boolean, inputs = {}): Promise<Run> {
  const server = await startScriptedServer({ answers: [answer] });
  try {
    const result = await runBuilt({ 'token-url': server.url, ...inputs }, {}, debug);
    assertTame(result);
    return result;
  } finally {
    await server.close();
  }
}

/** The part of a text that can be in an HTTP header. The parser refuses the rest. */
function forHead(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what a head cannot have
  return Buffer.from(text.replace(/[\x00-\x08\n-\x1f\x7f]/g, ' ')).toString('latin1');
}

describe('the runner obeys only the built action', { concurrency: 2 }, () => {
  for (const [index, text] of evil.entries()) {
    const debug = index % 2 === 0;
    const shown = JSON.stringify(text);

    test(`with ${shown} in an error`, async () => {
      const answer = json(
        400,
        { error: text, error_description: text, error_uri: text, [text]: text },
        { 'www-authenticate': forHead(text) },
      );
      const { conclusion } = await tryAnswer(answer, debug);
      assert.equal(conclusion, 'failure');
    });

    test(`with ${shown} in the head of an answer`, async () => {
      const head = forHead(text);
      await tryAnswer(
        reply({
          status: 302,
          statusText: head,
          headers: {
            location: `https://example.com/${head}`,
            'content-type': head,
            'retry-after': head,
            [`x-${index}`]: head,
          },
          body: text,
        }),
        debug,
      );
      await tryAnswer(garbage(`HTTP/1.1 200 ${text}\r\n${text}: ${text}\r\n\r\n${text}`), debug);
    });

    test(`with ${shown} next to a token`, async () => {
      // With the characters of a token, because with any other character the whole answer is refused.
      const quoted = JSON.stringify(text).replace(
        /[^\x20-\x7e]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
      const { conclusion } = await tryAnswer(
        token({
          token_type: text,
          scope: `read ${text}`,
          refresh_token: `refresh-${quoted}`,
          id_token: `id-${quoted}`,
          session_key: `session-${quoted}`,
          [text]: text,
        }),
        debug,
        { scopes: 'read list' },
      );
      assert.equal(conclusion, 'success');
    });

    test(`with ${shown} in the metadata`, async () => {
      const server = await startScriptedServer({
        answers: [json(200, { issuer: text, token_endpoint: text })],
      });
      try {
        assertTame(await runBuilt({ issuer: server.origin }, {}, debug));
      } finally {
        await server.close();
      }
    });

    test(`with ${shown} in the claims of GitHub's ID token, and in its refusal`, async () => {
      const service = await startIdTokenService({ claims: { sub: text, iss: text } });
      const inputs = { 'client-secret': '', 'id-token-as': 'client_assertion' };
      const server = await startScriptedServer({ answers: [json(401, { error: text })] });
      try {
        const all = { ...inputs, 'token-url': server.url };
        const refused = await runBuilt(all, service.environment, debug);
        assertTame(refused);
        assert.equal(server.requests.length, 1);
        service.misbehave(json(403, { message: text }), json(403, { message: text }));
        assertTame(await runBuilt(all, service.environment, debug));
      } finally {
        await Promise.all([service.close(), server.close()]);
      }
    });

    test(`with ${shown} in a refusal of an ID token or a JWT that is not OAuth's`, async () => {
      const service = await startIdTokenService({ claims: { sub: text, iss: text } });
      const server = await startScriptedServer({
        answers: [json(403, { message: text, [text]: text }, { 'x-squid-error': forHead(text) })],
      });
      const uses = [
        { 'id-token-as': 'bearer' },
        { 'id-token-as': 'parameter', 'id-token-parameter': 'jwt' },
        { 'private-key-as': 'bearer', 'private-key': encodedKey },
      ];
      try {
        for (const use of uses) {
          const inputs = { 'token-url': server.url, 'client-secret': '', ...use };
          const result = await runBuilt(inputs, service.environment, debug);
          assertTame(result);
          assert.equal(result.conclusion, 'failure');
        }
        assert.equal(server.requests.length, uses.length);
      } finally {
        await Promise.all([service.close(), server.close()]);
      }
    });

    test(`with ${shown} in place of the token`, async () => {
      const inputs = { 'response-fields': 'access_token=data.token\nscope=data.scope' };
      const { conclusion } = await tryAnswer(json(200, { data: { [text]: text } }), debug, inputs);
      assert.equal(conclusion, 'failure');
    });

    test(`with ${shown} from a proxy`, async () => {
      const head = forHead(text);
      const proxy = await startTcpServer(({ stream }) => {
        stream.once('data', () => {
          stream.end(
            `HTTP/1.1 403 ${head}\r\nproxy-authenticate: ${head}\r\ncontent-length: 0\r\n\r\n`,
          );
        });
      });
      try {
        const environment = { https_proxy: `http://127.0.0.1:${proxy.port}` };
        const result = await runBuilt(
          { 'token-url': 'https://login.example.com/token' },
          environment,
          debug,
        );
        assertTame(result);
        assert.match(result.annotations[0]?.message ?? '', /proxy/);
      } finally {
        await proxy.close();
      }
    });

    test(`with ${shown} in a certificate`, async () => {
      // A name that begins with # is read as hex (RFC 4514 section 2.4).
      const name = `x${text}`;
      const authority = await createAuthority(name);
      const trusted = { 'ca-certificate': authority.certificate };
      for (const [names, inputs] of [
        [[], trusted],
        [['other.example.com'], {}],
      ] as const) {
        const { certificate, key } = await authority.issue({ names, commonName: name });
        const tls = { key, cert: certificate };
        const server = await startScriptedServer({ answers: [token()], tls });
        try {
          const result = await runBuilt({ 'token-url': server.url, ...inputs }, {}, debug);
          assertTame(result);
          assert.match(result.annotations[0]?.message ?? '', /TLS|certificate/);
        } finally {
          await server.close();
        }
      }
    });

    test(`with ${shown} from the cache service`, async () => {
      const service = await startCacheService();
      const server = await startScriptedServer({ answers: [token()] });
      const url = `${service.origin}/${encodeURI(text.toWellFormed())}?sig=${encodeURIComponent(text)}`;
      const found = { ok: true, matched_key: text, signed_download_url: url };
      service.fault('GetCacheEntryDownloadURL', { status: 200, body: JSON.stringify(found) }, 2);
      service.fault('CreateCacheEntry', {
        status: 409,
        body: JSON.stringify({ code: text, msg: text, message: text, ok: false }),
      });
      try {
        const inputs = { 'token-url': server.url, 'use-cache': 'true' };
        const result = await runBuilt(inputs, service.environment({ version: 'v2' }), debug);
        assertTame(result);
        assert.equal(result.conclusion, 'success');
        service.clearFaults();
        service.fault('GetCacheEntryDownloadURL', { status: 500, body: text });
        assertTame(await runBuilt(inputs, service.environment({ version: 'v2' }), debug));
      } finally {
        await Promise.all([service.close(), server.close()]);
      }
    });

    test(`with ${shown} in inputs`, async () => {
      // No variable of a process can have it.
      const value = text.replaceAll('\0', '');
      const wrong = {
        'token-url': value,
        issuer: value,
        'client-id': value,
        scopes: `${value},`,
        audience: value,
        resource: value,
        'env-var': value,
        'grant-type': value,
        headers: `X-${value}: ${value}`,
        parameters: value,
        'retry-on': value,
        'response-fields': `access_token=${value}`,
        'private-key': Buffer.from(value).toString('base64'),
        'id-token-parameter': value,
        'if-no-credentials': value,
        'request-method': value,
        timeout: value,
        [`scope-${value.replaceAll('=', '')}`]: value,
      };
      // The runner itself warns about a name that is not in action.yml.
      const result = await runBuilt(wrong, {}, debug);
      assert.deepEqual(
        result.commands.filter(({ command }) => !own.includes(command)),
        [],
      );
      assert.deepEqual([result.outputs, result.env, result.state, result.errors], [{}, {}, {}, []]);
    });
  }
});
