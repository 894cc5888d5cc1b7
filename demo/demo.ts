/**
 * Shows the action at work without GitHub: the built action, started as a runner starts it, against an embedded
 * authorization server, or against a server of the user's own. `npm run demo -- --help` says more.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { decompressArchive } from '../src/cache/archive.ts';
import {
  defaultClient,
  startAuthorizationServer,
} from '../test/support/doubles/authorization-server.ts';
import { type CacheService, startCacheService } from '../test/support/doubles/cache-service.ts';
import { createRenderer, type Run, startJob } from '../test/support/doubles/runner.ts';
import {
  type Inputs,
  listSecrets,
  readTrial,
  renderHelp,
  type Trial,
  UsageError,
} from './options.ts';

const root = join(import.meta.dirname, '..');

/** A job of one step: the action, and what it does when the job ends. */
interface Demonstration {
  readonly run: Run;
  readonly post: Run | undefined;
}

/**
 * Runs the built action with these inputs, on a network like this process's, and shows what a user would see: the log
 * while it is written, the outputs and the environment variable, masked as the runner does it.
 */
async function showJob(
  { inputs, hidden }: Trial,
  environment: Readonly<Record<string, string>> = {},
): Promise<Demonstration> {
  const screen = createScreen();
  const job = await startJob({
    masks: listSecrets(inputs),
    onLog: screen.write,
    // As long as the action itself may take, and some more.
    timeoutMs: 24 * 3600 * 1000,
  });
  try {
    showHeading('The log, as GitHub shows it');
    const run = await job.run({
      script: join(root, 'dist', 'main', 'index.js'),
      post: join(root, 'dist', 'post', 'index.js'),
      metadata: join(root, 'action.yml'),
      uses: 'org/oauth2-token@v1',
      inputs,
      hidden,
      environment: {
        ...pickNetworkVariables(process.env),
        ACTIONS_RUNTIME_TOKEN: randomUUID(),
        ...environment,
      },
    });
    show('Outputs, for later steps as steps.ID.outputs.NAME', list(run.outputs, run.masks));
    show('Environment variables, for later steps', list(run.env, run.masks));
    screen.beginPost();
    const [post] = await job.runPosts();
    const ended = run.conclusion === 'success' ? 'succeeded' : 'failed';
    console.log(`\nThe step ${ended} (exit status ${run.exitCode ?? 'none'}).`);
    return { run, post };
  } finally {
    await job.close();
  }
}

/** Shows lines of the log at once; of the end of the job only if the action wrote something then. */
function createScreen(): { write: (line: string) => void; beginPost: () => void } {
  let render = createRenderer();
  let held: string[] | undefined;
  return {
    write: (line) => {
      const shown = render(line);
      if (held === undefined) {
        process.stdout.write(shown);
        return;
      }
      held.push(shown);
      // The runner itself writes the first line.
      if (held.length < 2) return;
      showHeading('The log of the end of the job');
      process.stdout.write(held.join(''));
      held = undefined;
    },
    beginPost: () => {
      render = createRenderer();
      held = [];
    },
  };
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

function showHeading(title: string): void {
  console.log(`\n--- ${title} ---\n`);
}

function show(title: string, lines: string): void {
  showHeading(title);
  console.log(lines.trimEnd());
}

function list(values: Readonly<Record<string, string>>, masks: readonly string[]): string {
  const rows = Object.entries(values).map(
    ([name, value]) => `${name.padEnd(14)} ${hide(value, masks)}`,
  );
  return rows.length === 0 ? '(none)' : rows.join('\n');
}

/** Of a secret, only the length is shown. */
function hide(value: string, masks: readonly string[]): string {
  return masks.includes(value) ? `*** (${value.length} characters)` : value;
}

/** The demo without arguments: everything on this machine. */
async function demonstrate(): Promise<boolean> {
  const server = await startAuthorizationServer();
  const cache = await startCacheService();
  const inputs: Inputs = {
    'token-url': server.tokenUrl,
    'client-id': defaultClient.clientId,
    'client-secret': defaultClient.clientSecret,
    'ca-certificate': server.caCertificate,
    scopes: 'read list',
  };
  const hidden = ['client-secret'];
  try {
    console.log(
      `An authorization server (oidc-provider) listens at ${server.issuer}, with a CA of its own,\nand a cache service at ${cache.origin}.`,
    );
    heading('Job 1: nothing is in the cache');
    const first = await showJob({ inputs, hidden }, cache.environment({ version: 'v2' }));
    const token = first.run.outputs['token'] ?? '';
    const { active, scope } = await server.introspect(token);
    show(
      'What the server says about the token (introspection)',
      `active: ${String(active)}, scope: ${String(scope)}`,
    );

    heading('Job 2, on another machine: the token comes from the cache');
    const second = await showJob({ inputs, hidden }, cache.environment({ version: 'v2' }));
    const same = second.run.outputs['token'] === token;
    show(
      'What the two jobs cost',
      `the same token: ${String(same)}; requests at the token endpoint: ${server.tokenRequests.length}`,
    );
    show('What the cache has', await describeEntries(cache));

    heading('Job 3: a token of its own, which ends with the job (revoke: true)');
    const third = await showJob(
      { inputs: { ...inputs, revoke: 'true', 'revocation-url': server.revocationUrl }, hidden },
      cache.environment({ version: 'v2' }),
    );
    const revoked = await server.introspect(third.run.outputs['token'] ?? '');
    show('What the server says about that token', `active: ${String(revoked.active)}`);
    return [first, second, third].every(isGreen) && active && same && !revoked.active;
  } finally {
    await cache.close();
    await server.close();
  }
}

function isGreen({ run, post }: Demonstration): boolean {
  return run.conclusion === 'success' && post?.conclusion === 'success';
}

/** The entries by name, and the beginning of the encrypted part in hex. */
async function describeEntries({ entries }: CacheService): Promise<string> {
  const described = entries.map(async ({ name, blob }) => {
    // Behind tar's own 512 bytes; tar packed it with zstd where there is one, else with gzip.
    const archive = await decompressArchive(blob, isGzip(blob) ? 'gzip' : 'zstd-without-long');
    const start = archive.indexOf('\x89OA2TOK\n', 0, 'latin1');
    return `${name}\n${formatHex(archive.subarray(start, start + 128))}\n... encrypted with a key that is derived from the client secret`;
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

async function main(args: readonly string[]): Promise<boolean> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(renderHelp(root));
    return true;
  }
  if (args.length === 0) return await demonstrate();
  try {
    return isGreen(await showJob(readTrial(args, process.env)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\nnpm run demo -- --help lists every option.`);
    return false;
  }
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
