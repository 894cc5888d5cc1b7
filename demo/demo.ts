/**
 * Shows the action at work without GitHub: the built action, started as a runner starts it, against an embedded
 * authorization server, or against a server of the user's own. `npm run demo -- --help` says more.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { inputNames } from '../src/action/input-reader.ts';
import { decompressArchive } from '../src/cache/archive.ts';
import { defaultClient, startAuthorizationServer } from '../test/support/authorization-server.ts';
import { type CacheService, startCacheService } from '../test/support/cache-service.ts';
import { renderLog, type Run, runAction } from '../test/support/runner.ts';

const root = join(import.meta.dirname, '..');
const secretVariable = 'CLIENT_SECRET';

const help = `Usage: npm run demo
       ${secretVariable}=... npm run demo -- --token-url https://... --client-id ... [--scopes "read list"] [more inputs]

Without arguments: two jobs get a token from an embedded authorization server (oidc-provider, https on this machine),
the second one through an embedded cache service.
With arguments: gets one from your own server, so that a setting can be tried before a workflow is pushed. Every input
of the action is an option of the same name; secrets come from the environment, for arguments are seen by others:
the client secret from ${secretVariable}.`;

/** The inputs that must not be given as arguments. */
const secretInputs = ['client-secret', 'cache-encryption-key'] as const;

/** The inputs whose values are hidden in the log, as GitHub hides what comes from its secrets. */
const hiddenInputs = [...secretInputs, 'private-key', 'client-key', 'refresh-token'] as const;

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
  for (const name of secretInputs) {
    if (values[name] !== undefined) {
      throw new UsageError(
        `--${name}: other users of this machine can see arguments. Set ${variableOf(name)} instead.`,
      );
    }
  }
  if ((process.env[secretVariable] ?? '') === '') {
    throw new UsageError(`${secretVariable} is not set: the client secret is read from it.`);
  }
  const secrets = secretInputs.map((name) => [name, process.env[variableOf(name)] ?? ''] as const);
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

/** Runs the built action with these inputs, on a network like this process's. */
function start(inputs: Inputs, environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  return runAction({
    script: join(root, 'dist', 'main', 'index.js'),
    metadata: join(root, 'action.yml'),
    uses: 'org/oauth2-token@v1',
    inputs,
    environment: { ...pickNetworkVariables(process.env), ...environment },
    masks: hiddenInputs.map((name) => inputs[name] ?? ''),
    // As long as the action itself may take, and some more.
    timeoutMs: 24 * 3600 * 1000,
  });
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
function showRun(run: Run): void {
  show('The log, as GitHub shows it', renderLog(run));
  show('Outputs, for later steps as steps.ID.outputs.NAME', list(run.outputs, run.masks));
  show('Environment variables, for later steps', list(run.env, run.masks));
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
    showRun(first);
    const token = first.outputs['token'] ?? '';
    const { active, scope } = await server.introspect(token);
    show(
      'The server is asked about the token (introspection)',
      `active: ${String(active)}, scope: ${String(scope)}`,
    );

    heading('Job 2, on another machine: the token comes from the cache');
    const second = await start(inputs, cache.environment({ version: 'v2' }));
    showRun(second);
    const same = second.outputs['token'] === token;
    show(
      'What the two jobs cost',
      `the same token: ${String(same)}; requests at the token endpoint: ${server.tokenRequests.length}`,
    );
    show('What lies in the cache, for the curious', await describeEntries(cache));
    return [first, second].every(isGreen) && active && same;
  } finally {
    await cache.close();
    await server.close();
  }
}

function isGreen({ conclusion }: Run): boolean {
  return conclusion === 'success';
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
  const run = await start(inputs);
  showRun(run);
  return run.conclusion === 'success';
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
