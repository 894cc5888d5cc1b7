/**
 * Starts the embedded authorization server in the background, for a workflow that runs the action against it.
 *
 * Usage: CLIENT_SECRET=... node demo/serve.ts --client-id ID [--port PORT] [--minutes MINUTES]
 *
 * It listens on 127.0.0.1 by https, with a CA of its own. Its address and the CA's certificate become the outputs
 * `token-url` and `ca-certificate` of the step, or are printed where there is no GITHUB_OUTPUT. The server ends by
 * itself after the minutes (10 if left out), or with the job.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { startAuthorizationServer } from '../test/support/doubles/authorization-server.ts';

/** What the server tells the process that started it: where it listens, or why it does not. */
type Message =
  { readonly tokenUrl: string; readonly caCertificate: string } | { readonly fault: string };

type Address = Exclude<Message, { fault: string }>;

/** Set in the process that is the server. */
const role = 'OAUTH2_TOKEN_SERVER';

const { values } = parseArgs({
  options: {
    'client-id': { type: 'string' },
    port: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '10' },
  },
});

/** Runs the server in this process, for some minutes. */
async function serve(clientId: string, clientSecret: string): Promise<Message> {
  try {
    const server = await startAuthorizationServer({
      clients: [{ clientId, clientSecret }],
      port: Number(values.port),
    });
    setTimeout(() => void server.close(), Number(values.minutes) * 60_000);
    return { tokenUrl: server.tokenUrl, caCertificate: server.caCertificate };
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

/** Hands the address to later steps. */
function tell({ tokenUrl, caCertificate }: Address): void {
  const delimiter = randomUUID();
  const text = `token-url=${tokenUrl}\nca-certificate<<${delimiter}\n${caCertificate.trim()}\n${delimiter}\n`;
  const file = process.env['GITHUB_OUTPUT'] ?? '';
  if (file === '') console.log(text);
  else appendFileSync(file, text);
}

const clientId = values['client-id'] ?? '';
const clientSecret = process.env['CLIENT_SECRET'] ?? '';
if (clientId === '' || clientSecret === '') {
  console.error('Usage: CLIENT_SECRET=... node demo/serve.ts --client-id ID [--port PORT]');
  process.exitCode = 1;
} else if (process.env[role] === undefined) {
  tell(await start());
} else {
  process.send?.(await serve(clientId, clientSecret));
}
