/**
 * Shows the action at work without GitHub: the built action, started as a runner starts it, against an embedded
 * authorization server, or against a server of the user's own. `npm run demo -- --help` says more.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { inputNames, secretNames } from '../src/inputs/catalog.ts';
import { decompressArchive } from '../src/cache/archive.ts';
import {
  defaultClient,
  startAuthorizationServer,
} from '../test/support/doubles/authorization-server.ts';
import { type CacheService, startCacheService } from '../test/support/doubles/cache-service.ts';
import { renderLog, type Run, runJob } from '../test/support/doubles/runner.ts';

const root = join(import.meta.dirname, '..');
const secretVariable = 'CLIENT_SECRET';

const help = `Usage: npm run demo
       ${secretVariable}=... npm run demo -- --token-url https://... --client-id ... [--scopes "read list"] [more inputs]

Without arguments: three jobs get a token from an embedded authorization server (oidc-provider, https on this machine),
the second one through an embedded cache service; the third one revokes it.
With arguments: gets one from your own server, so that a setting can be tried before a workflow is pushed. Every input
of the action is an option of the same name; secrets come from the environment, for arguments are seen by others:
${secretVariable}, PRIVATE_KEY, CLIENT_KEY, REFRESH_TOKEN and CACHE_ENCRYPTION_KEY, whichever are needed.
GitHub's ID token exists in a workflow alone, so id-token-as cannot be tried here.`;

/** Wrong usage, explained. */
class UsageError extends Error {}

type Inputs = Record<string, string>;

/** Reads the arguments as inputs of the action; undefined where there are none. */
function readArguments(args: readonly string[]): Inputs | undefined {
  if (args.length === 0) return undefined;
  const options = Object.fromEntries(inputNames.map((name) => [name, { type: 'string' as const }]));
  const { values } = parse(args, options);
  const given = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  for (const name of secretNames) {
    if (values[name] !== undefined) {
      throw new UsageError(
        `--${name}: other users of this machine can see arguments. Set ${variableOf(name)} instead.`,
      );
    }
  }
  const secrets = secretNames.map((name) => [name, process.env[variableOf(name)] ?? ''] as const);
  const isProven = secrets.some(([, value]) => value !== '') || 'client-auth-method' in values;
  if (!isProven) {
    throw new UsageError(`${secretVariable} is not set: the client secret is read from it.`);
  }
  return Object.fromEntries([['use-cache', 'false'], ...given, ...secrets]);
}

function variableOf(input: string): string {
  return input.toUpperCase().replaceAll('-', '_');
}

function parse(
  args: readonly string[],
  options: Record<string, { type: 'string' }>,
): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A job of one step: the action, and what it does when the job ends. */
interface Demonstration {
  readonly run: Run;
  readonly post: Run | undefined;
}

/** Runs the built action with these inputs, on a network like this process's. */
async function start(
  inputs: Inputs,
  environment: Readonly<Record<string, string>> = {},
): Promise<Demonstration> {
  const { runs, posts } = await runJob(
    [
      {
        script: join(root, 'dist', 'main', 'index.js'),
        post: join(root, 'dist', 'post', 'index.js'),
        metadata: join(root, 'action.yml'),
        uses: 'org/oauth2-token@v1',
        inputs,
        environment: {
          ...pickNetworkVariables(process.env),
          ACTIONS_RUNTIME_TOKEN: randomUUID(),
          ...environment,
        },
      },
    ],
    {
      masks: secretNames.map((name) => inputs[name] ?? ''),
      // As long as the action itself may take, and some more.
      timeoutMs: 24 * 3600 * 1000,
    },
  );
  const [run] = runs;
  if (run === undefined) throw new Error('The step did not run.');
  return { run, post: posts[0] };
}

/** What a user's own network may need: proxies and private CAs. */
function pickNetworkVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const wanted = /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      wanted.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

function heading(title: string): void {
  console.log(`\n${'='.repeat(72)}\n${title}\n${'='.repeat(72)}`);
}

function show(title: string, lines: string): void {
  console.log(`\n--- ${title} ---\n\n${lines.trimEnd()}`);
}

/** Shows what a user would see: the log, the outputs and the environment variable, masked as the runner does it. */
function showJob({ run, post }: Demonstration): void {
  show('The log, as GitHub shows it', renderLog(run));
  show('Outputs, for later steps as steps.ID.outputs.NAME', list(run.outputs, run.masks));
  show('Environment variables, for later steps', list(run.env, run.masks));
  if (post !== undefined && post.stdout !== '') {
    show('The log of the end of the job', renderLog(post));
  }
  const colour = run.conclusion === 'success' ? 'green' : 'red';
  console.log(`\nThe step is ${colour} (exit status ${run.exitCode ?? 'none'}).`);
}

function list(values: Readonly<Record<string, string>>, masks: readonly string[]): string {
  const rows = Object.entries(values).map(
    ([name, value]) => `${name.padEnd(14)} ${hide(value, masks)}`,
  );
  return rows.length === 0 ? '(none)' : rows.join('\n');
}

/** A secret is shown by its length alone. */
function hide(value: string, masks: readonly string[]): string {
  return masks.includes(value) ? `*** (${value.length} characters)` : value;
}

/** The demo without arguments: everything on this machine. */
async function demonstrate(): Promise<boolean> {
  const server = await startAuthorizationServer();
  const cache = await startCacheService();
  const inputs = {
    'token-url': server.tokenUrl,
    'client-id': defaultClient.clientId,
    'client-secret': defaultClient.clientSecret,
    'ca-certificate': server.caCertificate,
    scopes: 'read list',
  };
  try {
    console.log(
      `An authorization server (oidc-provider) listens at ${server.issuer}, with a CA of its own,\nand a cache service at ${cache.origin}.`,
    );
    heading('Job 1: nothing is in the cache');
    const first = await start(inputs, cache.environment({ version: 'v2' }));
    showJob(first);
    const token = first.run.outputs['token'] ?? '';
    const { active, scope } = await server.introspect(token);
    show(
      'The server is asked about the token (introspection)',
      `active: ${String(active)}, scope: ${String(scope)}`,
    );

    heading('Job 2, on another machine: the token comes from the cache');
    const second = await start(inputs, cache.environment({ version: 'v2' }));
    showJob(second);
    const same = second.run.outputs['token'] === token;
    show(
      'What the two jobs cost',
      `the same token: ${String(same)}; requests at the token endpoint: ${server.tokenRequests.length}`,
    );
    show('What lies in the cache, for the curious', await describeEntries(cache));

    heading('Job 3: a token of its own, which ends with the job (revoke: true)');
    const third = await start(
      { ...inputs, revoke: 'true', 'revocation-url': server.revocationUrl },
      cache.environment({ version: 'v2' }),
    );
    showJob(third);
    const revoked = await server.introspect(third.run.outputs['token'] ?? '');
    show('The server is asked about that token', `active: ${String(revoked.active)}`);
    return [first, second, third].every(isGreen) && active && same && !revoked.active;
  } finally {
    await cache.close();
    await server.close();
  }
}

function isGreen({ run, post }: Demonstration): boolean {
  return run.conclusion === 'success' && post?.conclusion === 'success';
}

/** The entries by name, and the beginning of the sealed part in hex. */
async function describeEntries({ entries }: CacheService): Promise<string> {
  const described = entries.map(async ({ name, blob }) => {
    // Behind tar's own 512 bytes; tar packed it with zstd where there is one, else with gzip.
    const archive = await decompressArchive(blob, isGzip(blob) ? 'gzip' : 'zstd-without-long');
    const start = archive.indexOf('\x89OA2TOK\n', 0, 'latin1');
    return `${name}\n${formatHex(archive.subarray(start, start + 128))}\n... sealed with a key that only the client secret gives`;
  });
  return (await Promise.all(described)).join('\n\n');
}

function isGzip(blob: Buffer): boolean {
  return blob[0] === 0x1f && blob[1] === 0x8b;
}

/** Sixteen bytes a line, as hex and, where they are letters, as such. */
function formatHex(bytes: Buffer): string {
  const rows = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) =>
    bytes.subarray(row * 16, row * 16 + 16),
  );
  return rows
    .map((row) => {
      const hex = row.toString('hex').replace(/..(?=.)/g, '$& ');
      return `  ${hex.padEnd(47)}  ${row.toString('latin1').replace(/[^\x20-\x7e]/g, '.')}`;
    })
    .join('\n');
}

/** The demo against the user's own server. */
async function tryInputs(inputs: Inputs): Promise<boolean> {
  const job = await start(inputs);
  showJob(job);
  return isGreen(job);
}

async function main(args: readonly string[]): Promise<boolean> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return true;
  }
  try {
    const inputs = readArguments(args);
    return await (inputs === undefined ? demonstrate() : tryInputs(inputs));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${help}`);
    return false;
  }
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
