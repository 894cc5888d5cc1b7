/** The scene of a failure: servers and proxies for the built action, and the log that it then shows. */
import assert from 'node:assert/strict';
import { createServer, type TlsOptions } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { startBuiltAction } from '../making/built-action.ts';
import { type Authority, createAuthority, type IssuedCertificate } from '../making/certificates.ts';
import {
  federatedAudience,
  federatedClientId,
  startFederatedServer,
} from '../doubles/federated-server.ts';
import { startStepClock } from '../doubles/step-clock.ts';
import { startIdTokenService } from '../doubles/id-token-service.ts';
import { type ProxyOptions, startProxy } from '../doubles/proxy.ts';
import {
  type Answer,
  dynamic,
  reply,
  type ServerTime,
  startScriptedServer,
  startTcpServer,
  token,
} from '../doubles/scripted-server.ts';

/** The surroundings of a step. */
export interface Scene {
  /** Inputs in addition to the usual ones. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly eventPayload?: object;
  /** The parts of the log that differ from run to run, and their replacements. */
  readonly names?: Readonly<Record<string, string>>;
  /** How many connections will stay silent although no server reports it. */
  readonly silences?: number;
  readonly close?: () => Promise<unknown>;
}

/** Starts a {@link Scene}; `time` passes while a server sends nothing. */
export type StartScene = (time: ServerTime) => Scene | Promise<Scene>;

/** What a failed step has shown. */
export interface ShownFailure {
  /** The title of its annotation. */
  readonly title: string;
  /**
   * The log as GitHub's page shows it, without the masks: a group is `> title`, and its lines are indented. The
   * server is `login.example.com`.
   */
  readonly log: readonly string[];
}

/** The inputs of every step, which a scene can replace. */
const usualInputs = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': 'the-secret-of-ci-client',
  scopes: 'read list',
  'retry-time-slot': '0',
  'use-cache': 'false',
} as const;

/**
 * Runs the built action in a scene, and checks that it fails as every failure does: red, with one error, and no
 * outputs.
 */
export async function fail(start: StartScene): Promise<ShownFailure> {
  const clock = await startStepClock();
  const scene = await start({
    sleep: clock.advance,
    onSilence: () => void clock.advanceToTimer(),
  });
  const { inputs = {}, environment = {}, eventPayload, names = {}, silences = 0, close } = scene;
  const options = [clock.environment, environment].map(({ NODE_OPTIONS = '' }) => NODE_OPTIONS);
  try {
    for (let left = silences; left > 0; left -= 1) void clock.advanceToTimer();
    const run = await startBuiltAction(
      { ...usualInputs, ...inputs },
      {
        environment: {
          ...clock.environment,
          ...environment,
          NODE_OPTIONS: options.join(' ').trim(),
        },
        ...(eventPayload === undefined ? {} : { eventPayload }),
      },
    );
    const log = readLog(run.stdout).map((line) => stabilize(line, names));
    const { exitCode, conclusion, outputs, env, state, summary, stderr, errors, annotations } = run;
    assert.deepEqual(
      { exitCode, conclusion, outputs, env, state, summary, stderr, errors },
      {
        exitCode: 1,
        conclusion: 'failure',
        outputs: {},
        env: {},
        state: {},
        summary: '',
        stderr: '',
        errors: [],
      },
      run.stdout,
    );
    // The runner's own warning about an unknown input has no title.
    const [annotation, ...more] = annotations.filter((each) => each.title !== undefined);
    assert.ok(annotation?.level === 'error' && more.length === 0, run.stdout);
    assert.equal(log.at(-1), `Error: ${stabilize(annotation.message, names)}`);
    return { title: annotation.title ?? '', log };
  } finally {
    await close?.();
    await clock.close();
  }
}

/** What the runner shows of a step's output. */
export function readLog(stdout: string): string[] {
  const lines: string[] = [];
  let indent = '';
  for (const line of stdout.split('\n')) {
    const [, group] = /^::group::(.*)$/.exec(line) ?? [];
    const [, level, message = ''] = /^::(error|warning) [^:]*::(.*)$/.exec(line) ?? [];
    if (line === '' || line.startsWith('::add-mask::')) continue;
    if (group !== undefined) {
      lines.push(`> ${group}`);
      indent = '    ';
    } else if (line === '::endgroup::') {
      indent = '';
    } else if (level !== undefined) {
      lines.push(`${level === 'error' ? 'Error' : 'Warning'}: ${message.replaceAll('%25', '%')}`);
    } else {
      lines.push(`${indent}${line}`);
    }
  }
  return lines;
}

function stabilize(line: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .reduce((rest, [name, stable]) => rest.replaceAll(name, stable), line)
    .replace(/after [\d.]+ (ms|s)/, 'after 0.2 s')
    .replace(/^( .*) Trace ID: .*/, '$1 Trace ID: ...')
    .replace(/^( +\.\.\. ).*/, '$1...')
    .replace(/\(ERR_SSL_(?!TLSV13)[\w/]+\)/, '(EPROTO)');
}

/** The name that replaces a server. */
function name(url: string, host = 'login.example.com'): Record<string, string> {
  const { protocol, host: actual } = new URL(url);
  return { [`${protocol}//${actual}`]: `https://${host}`, [actual]: host };
}

/** No request is sent. */
export function inputs(
  given: Readonly<Record<string, string>>,
  more: Omit<Scene, 'inputs'> = {},
): StartScene {
  return () => ({ inputs: given, ...more });
}

/** A token endpoint on plain http with this answer. */
export function answer(
  answers: readonly [Answer, ...Answer[]],
  given: Readonly<Record<string, string>> = {},
): StartScene {
  return async (time) => {
    const server = await startScriptedServer({ answers, time });
    return {
      inputs: { 'token-url': server.url.replace('/token', '/oauth2/token'), ...given },
      names: name(server.url),
      close: server.close,
    };
  };
}

/** An issuer whose server answers by the path, and by its own URL; 404 elsewhere. */
export function issuer(
  pages: Readonly<Record<string, (issuer: string) => Answer>>,
  given: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): StartScene {
  return async () => {
    const server = await startScriptedServer({
      answers: [
        dynamic(({ path, headers }) => {
          const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
          return page?.(`http://${String(headers['host'])}`) ?? reply({ status: 404 });
        }),
      ],
    });
    return {
      inputs: { 'token-url': '', issuer: server.origin, ...given },
      environment,
      names: name(server.url),
      close: server.close,
    };
  };
}

/** A token endpoint behind a proxy, under a name that only the proxy knows. */
export function proxied(
  options: ProxyOptions & {
    readonly answers?: readonly [Answer, ...Answer[]];
    readonly hostName?: string;
  },
): StartScene {
  return async () => {
    const { answers = [token()], hostName = 'login.example.com', ...behaviour } = options;
    const authority = await createAuthority();
    const server = await startScriptedServer({
      answers,
      tls: toTls(await authority.issue({ names: [hostName] })),
    });
    const proxy = await startProxy({
      routes: { [hostName]: { host: '127.0.0.1', port: server.port } },
      ...behaviour,
    });
    return {
      inputs: {
        'token-url': `https://${hostName}/oauth2/token`,
        'ca-certificate': authority.certificate,
      },
      environment: { https_proxy: proxy.url },
      names: { [new URL(proxy.url).host]: 'proxy.example.com' },
      close: async () => {
        await Promise.all([proxy.close(), server.close()]);
      },
    };
  };
}

/** A server that trusts GitHub's ID tokens, but not this one. */
export function federated(
  trust: { readonly audience?: string; readonly subject?: string },
  given: Readonly<Record<string, string>> = {},
): StartScene {
  return async () => {
    const service = await startIdTokenService();
    const server = await startFederatedServer({ trusted: service, ...trust });
    return {
      inputs: {
        'token-url': server.url,
        'client-id': federatedClientId,
        'client-secret': '',
        scopes: '',
        'id-token-as': 'client_assertion',
        'id-token-audience': federatedAudience,
        ...given,
      },
      environment: service.environment,
      names: {
        ...name(server.url),
        ...name(service.issuer, 'token.actions.githubusercontent.com'),
      },
      close: async () => {
        await Promise.all([server.close(), service.close()]);
      },
    };
  };
}

/** GitHub's ID token service gives this answer. */
export function idTokenService(...answers: readonly Answer[]): StartScene {
  return async () => {
    const service = await startIdTokenService();
    service.misbehave(...answers);
    return {
      inputs: { 'client-secret': '', 'id-token-as': 'client_assertion' },
      environment: service.environment,
      names: {
        ...name(service.issuer, 'token.actions.githubusercontent.com'),
        [new URL(service.environment.ACTIONS_ID_TOKEN_REQUEST_URL).pathname]: '/idtoken',
      },
      close: service.close,
    };
  };
}

/** A token endpoint whose certificate an authority of its own has issued. */
export function tls(
  certify: (authority: Authority) => Promise<IssuedCertificate>,
  { trusted = true } = {},
): StartScene {
  return async () => {
    const authority = await createAuthority();
    const server = await startScriptedServer({
      answers: [token()],
      tls: toTls(await certify(authority)),
    });
    return {
      inputs: {
        'token-url': server.url,
        ...(trusted ? { 'ca-certificate': authority.certificate } : {}),
      },
      names: name(server.url),
      close: server.close,
    };
  };
}

/** A server without TLS, at a URL that says https. */
export async function noTls(): Promise<Scene> {
  const server = await startScriptedServer({ answers: [token()] });
  const url = server.url.replace('http:', 'https:');
  const inputs = { 'token-url': url, 'retry-max-attempts': '1' };
  return { inputs, names: name(url), close: server.close };
}

/** A server that ends every connection that does not begin as it expects. */
export async function closedAtOnce(): Promise<Scene> {
  const server = await startTcpServer(({ stream }) => {
    stream.once('data', () => stream.end());
  });
  const url = `https://127.0.0.1:${server.port}/oauth2/token`;
  const inputs = { 'token-url': url, 'retry-max-attempts': '1' };
  return { inputs, names: name(url), close: server.close };
}

/** A fatal alert: bad_certificate (RFC 8446 section 6). */
const badCertificate = Buffer.from([21, 3, 3, 0, 2, 2, 42]);

/** A server that ends the handshake because it does not know the client. */
export async function refusedCertificate(): Promise<Scene> {
  const authority = await createAuthority();
  const { certificate, key } = await authority.issue({ names: [], client: true });
  const server = await startTcpServer(({ stream }) => {
    stream.once('data', () => stream.end(badCertificate));
  });
  const url = `https://127.0.0.1:${server.port}/oauth2/token`;
  return {
    inputs: {
      'token-url': url,
      'client-secret': '',
      'client-certificate': certificate,
      'client-key': key,
    },
    names: name(url),
    close: server.close,
  };
}

/** A server that refuses clients without a certificate. */
export async function wantedCertificate(): Promise<Scene> {
  const authority = await createAuthority();
  const right = toTls(await authority.issue({ names: ['127.0.0.1'] }));
  const ca = authority.certificate;
  return serveTls({ ...right, ca, requestCert: true, rejectUnauthorized: true }, ca);
}

/** A server that speaks only outdated versions of TLS. */
export async function outdatedTls(): Promise<Scene> {
  const authority = await createAuthority();
  const right = toTls(await authority.issue({ names: ['127.0.0.1'] }));
  const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
  return serveTls(
    { ...right, ...versions, ciphers: 'DEFAULT:@SECLEVEL=0' },
    authority.certificate,
    { 'retry-max-attempts': '1' },
  );
}

/** A server whose certificate is good, below a CA whose certificate has a weak signature. */
export async function weakCa(): Promise<Scene> {
  const authority = await createAuthority();
  const weak = await authority.createIntermediate('Weak CA', { hash: 'SHA-1' });
  const { certificate, key } = await weak.issue({ names: ['127.0.0.1'] });
  const cert = `${certificate}\n${weak.certificate}`;
  return serveTls({ cert, key, ciphers: 'DEFAULT:@SECLEVEL=0' }, authority.certificate);
}

/** A server that sets TLS up and then says nothing. */
async function serveTls(
  options: TlsOptions,
  ca: string,
  more: Scene['inputs'] = {},
): Promise<Scene> {
  const server = createServer(options);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}/oauth2/token`;
  return {
    inputs: { 'token-url': url, 'ca-certificate': ca, ...more },
    names: name(url),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function toTls({ certificate, key }: IssuedCertificate): { cert: string; key: string } {
  return { cert: certificate, key };
}
