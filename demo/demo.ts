/**
 * Shows the action at work without GitHub: the built action, started as a runner starts it, against an embedded
 * authorization server, or against a server of the user's own. `npm run demo -- --help` says more.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { inputNames } from '../src/action/input-reader.ts';
import { defaultClient, startAuthorizationServer } from '../test/support/authorization-server.ts';
import { renderLog, type Run, runAction } from '../test/support/runner.ts';

const root = join(import.meta.dirname, '..');
const secretVariable = 'CLIENT_SECRET';

const help = `Usage: npm run demo
       ${secretVariable}=... npm run demo -- --token-url https://... --client-id ... [--scopes "read list"] [more inputs]

Without arguments: gets a token from an embedded authorization server (oidc-provider, https on this machine).
With arguments: gets one from your own server, so that a setting can be tried before a workflow is pushed. Every input
of the action is an option of the same name; secrets come from the environment, for arguments are seen by others:
the client secret from ${secretVariable}.`;

/** The inputs that must not be given as arguments, with the variables that hold them. */
const secretInputs = { 'client-secret': secretVariable } as const;

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
  for (const [name, variable] of Object.entries(secretInputs)) {
    if (given.some(([one]) => one === name)) {
      throw new UsageError(
        `--${name}: other users of this machine can see arguments. Set ${variable} instead.`,
      );
    }
  }
  const secrets = Object.entries(secretInputs).map(([name, variable]) => {
    const value = process.env[variable] ?? '';
    if (value === '')
      throw new UsageError(`${variable} is not set: the client secret is read from it.`);
    return [name, value] as const;
  });
  return Object.fromEntries([...given, ...secrets]);
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
function start(inputs: Inputs): Promise<Run> {
  return runAction({
    script: join(root, 'dist', 'main', 'index.js'),
    metadata: join(root, 'action.yml'),
    uses: 'org/oauth2-token@v1',
    inputs,
    environment: pickNetworkVariables(process.env),
    masks: [inputs['client-secret'] ?? ''],
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
  try {
    console.log(
      `An authorization server (oidc-provider) listens at ${server.issuer}, with a CA of its own.`,
    );
    const run = await start({
      'token-url': server.tokenUrl,
      'client-id': defaultClient.clientId,
      'client-secret': defaultClient.clientSecret,
      'ca-certificate': server.caCertificate,
      scopes: 'read list',
    });
    showRun(run);
    const token = run.outputs['token'] ?? '';
    const { active, scope } = await server.introspect(token);
    show(
      'The server is asked about the token (introspection)',
      `active: ${String(active)}, scope: ${String(scope)}`,
    );
    return run.conclusion === 'success' && active;
  } finally {
    await server.close();
  }
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
