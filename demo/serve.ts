/**
 * Starts the embedded authorization server in the background: for a workflow that runs the action against it, or for
 * `npm run demo`. `npm run serve -- --help` says more.
 *
 * In a workflow, its address and the certificate of its CA become the outputs `token-url` and `ca-certificate` of the
 * step. Elsewhere the command of the demo that fits is printed. The server ends by itself, or with the job.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { findNearest } from '../src/inputs/misspelling.ts';
import { startAuthorizationServer } from '../test/support/doubles/authorization-server.ts';
import { readOptions, UsageError } from './options.ts';

/** What the server tells the process that started it: where it listens, or why it does not. */
type Message = Address | { readonly fault: string };

interface Address {
  readonly tokenUrl: string;
  /** The file with the CA's certificate; it is removed when the server ends. */
  readonly certificateFile: string;
}

interface Settings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly port: number;
  readonly minutes: number;
}

/** Set in the process that is the server. */
const role = 'OAUTH2_TOKEN_SERVER';

const optionNames = ['client-id', 'port', 'minutes'] as const;

/** A timer of Node's is not longer. */
const mostMinutes = 35_000;

const help = `Usage: CLIENT_SECRET=... npm run serve -- --client-id ID [options]

Starts an authorization server (oidc-provider) in the background, on 127.0.0.1 by https with a CA of its own, and prints
the command of the demo that gets a token from it.

  --client-id ID      the client that the server knows; its secret is in the variable CLIENT_SECRET
  --port PORT         0 or left out: a free port
  --minutes MINUTES   when the server ends, 10 if left out`;

function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const values = readOptions(args, optionNames, (name) => findNearest(name, optionNames));
  const clientId = values['client-id'] ?? '';
  const clientSecret = env['CLIENT_SECRET'] ?? '';
  if (clientId === '') throw new UsageError('--client-id is required.');
  if (clientSecret === '') throw new UsageError('CLIENT_SECRET is not set.');
  const port = readNumber('port', values['port'] ?? '0', 65_535);
  const minutes = readNumber('minutes', values['minutes'] ?? '10', mostMinutes);
  return { clientId, clientSecret, port, minutes };
}

function readNumber(name: string, value: string, most: number): number {
  if (/^\d+$/.test(value) && Number(value) <= most) return Number(value);
  throw new UsageError(`--${name}: got "${value}", takes 0 to ${most}.`);
}

/** Runs the server in this process, for some minutes or until it is ended. */
async function serve({ clientId, clientSecret, port, minutes }: Settings): Promise<Message> {
  try {
    const clients = [{ clientId, clientSecret }];
    const server = await startAuthorizationServer({ clients, port });
    const certificateFile = join(mkdtempSync(join(tmpdir(), 'oauth2-token-ca-')), 'ca.pem');
    writeFileSync(certificateFile, server.caCertificate);
    const end = (): void => {
      rmSync(dirname(certificateFile), { recursive: true, force: true });
      process.exit();
    };
    setTimeout(end, minutes * 60_000);
    process.once('SIGTERM', end);
    return { tokenUrl: server.tokenUrl, certificateFile };
  } catch (error) {
    return { fault: String(error) };
  }
}

/** Starts this file once more, as a process that outlives this one and keeps none of its pipes open. */
async function start(): Promise<Address> {
  const server = fork(import.meta.filename, process.argv.slice(2), {
    detached: true,
    env: { ...process.env, [role]: 'yes' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const message = await waitForMessage(server);
  if ('fault' in message) throw new Error(`The server did not start: ${message.fault}`);
  server.disconnect();
  server.unref();
  console.log(
    `An authorization server listens at ${message.tokenUrl} (process ${server.pid ?? 0}).`,
  );
  return message;
}

function waitForMessage(server: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    server.once('message', (message) => {
      resolve(message as Message);
    });
    server.once('error', reject);
    server.once('exit', (code) => {
      reject(new Error(`The server ended with ${code ?? 'a signal'}.`));
    });
  });
}

/** Hands the address to later steps, or to the user. */
function tell({ tokenUrl, certificateFile }: Address, { clientId, minutes }: Settings): void {
  const file = process.env['GITHUB_OUTPUT'] ?? '';
  if (file !== '') {
    const delimiter = randomUUID();
    const certificate = readFileSync(certificateFile, 'utf8').trim();
    appendFileSync(
      file,
      `token-url=${tokenUrl}\nca-certificate<<${delimiter}\n${certificate}\n${delimiter}\n`,
    );
    return;
  }
  const options = [
    ...['--token-url', tokenUrl],
    ...['--client-id', clientId],
    ...['--ca-certificate', certificateFile],
  ];
  console.log(`It ends in ${minutes} minutes. With the same CLIENT_SECRET, this gets a token from it:

npm run demo -- ${options.map(quote).join(' ')}`);
}

/** An argument as a shell takes it. */
function quote(argument: string): string {
  if (/^[\w./:\\-]+$/.test(argument)) return argument;
  return process.platform === 'win32'
    ? `"${argument}"`
    : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return;
  }
  try {
    const settings = readSettings(args, process.env);
    if (process.env[role] === undefined) tell(await start(), settings);
    else process.send?.(await serve(settings));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${help}`);
    process.exitCode = 1;
  }
}

await main(process.argv.slice(2));
