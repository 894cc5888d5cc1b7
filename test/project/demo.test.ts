/** The demo against a server of the user's own: demo/demo.ts. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { readTrial, renderHelp, UsageError } from '../../demo/options.ts';
import { inputNames, secretNames } from '../../src/inputs/catalog.ts';
import {
  type AuthorizationServer,
  defaultClient,
  startAuthorizationServer,
} from '../support/doubles/authorization-server.ts';

const root = join(import.meta.dirname, '..', '..');
const secret = 'a-secret-of-sufficient-length';

/** How the demo ended. */
interface End {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo with these options, and these variables in addition to the usual ones. */
function runDemo(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<End> {
  const env = { ...process.env, CLIENT_SECRET: '', ...variables };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'demo', 'demo.ts'), ...args],
      { env },
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      },
    );
  });
}

/** The error messages for wrong options. */
function complainOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = { CLIENT_SECRET: secret },
): string {
  try {
    readTrial(args, env);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return '';
}

describe('the demo', () => {
  let server: AuthorizationServer;
  let folder: string;

  before(async () => {
    server = await startAuthorizationServer();
    folder = mkdtempSync(join(tmpdir(), 'oauth2-token-demo-'));
    writeFileSync(join(folder, 'ca.pem'), server.caCertificate);
  });

  after(async () => {
    rmSync(folder, { recursive: true });
    await server.close();
  });

  /** The options that the server needs. */
  function options(certificate: string): string[] {
    return [
      ...['--token-url', server.tokenUrl],
      ...['--client-id', defaultClient.clientId],
      ...['--ca-certificate', certificate],
    ];
  }

  const { clientSecret } = defaultClient;

  test('gets a token, with the CA in a file of the folder in which npm was started', async () => {
    const { status, stdout, stderr } = await runDemo(options('ca.pem'), {
      CLIENT_SECRET: clientSecret,
      INIT_CWD: folder,
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^ {6}client-secret: \*\*\*$/m);
    assert.doesNotMatch(stdout + stderr, new RegExp(clientSecret));
  });

  test('gets a token, with the CA as a PEM', async () => {
    const { status, stdout, stderr } = await runDemo(options(server.caCertificate), {
      CLIENT_SECRET: clientSecret,
    });
    assert.equal(status, 0, stdout + stderr);
  });

  test('shows no value of an input that comes from the environment', async () => {
    const { status, stdout, stderr } = await runDemo(
      [...options('ca.pem'), '--client-auth-method', 'client_secret_post'],
      {
        CLIENT_SECRET: clientSecret,
        INIT_CWD: folder,
        PARAMETERS: 'plain=not-secret-by-name',
        HEADERS: 'X-Api-Key: a-key-that-nobody-sees',
      },
    );
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^ {6}parameters: \*\*\*$/m);
    assert.match(stdout, /^ {6}headers: \*\*\*$/m);
    assert.doesNotMatch(stdout + stderr, /not-secret-by-name|a-key-that-nobody-sees/);
  });

  test('ends with 1 if the step fails', async () => {
    const { status } = await runDemo(options('ca.pem'), {
      CLIENT_SECRET: 'another-secret-than-its-own',
      INIT_CWD: folder,
    });
    assert.equal(status, 1);
  });

  test('ends with 1 and one line for wrong usage', async () => {
    const { status, stderr } = await runDemo(['--scope', 'read']);
    assert.equal(status, 1);
    assert.match(stderr, /^--scope: unknown option, did you mean --scopes\?\n/);
  });

  test('--help lists every input, as an option or as a variable', async () => {
    const { status, stdout } = await runDemo(['--help']);
    assert.equal(status, 0);
    assert.equal(stdout.trimEnd(), renderHelp(root));
    for (const name of inputNames) {
      const variable = name.toUpperCase().replaceAll('-', '_');
      assert.match(stdout, new RegExp(`^ {2}(--${name}|${variable}) .*\\S$`, 'm'), name);
    }
  });
});

describe('an option', () => {
  for (const [written, complaint] of [
    ['--scope', '--scope: unknown option, did you mean --scopes?'],
    ['--token_url', '--token_url: unknown option, did you mean --token-url?'],
    ['--cacert', '--cacert: unknown option, did you mean --ca-certificate?'],
    ['--nothing-like-it', '--nothing-like-it: unknown option, --help lists all options'],
  ] as const) {
    test(`${written} gets the same error as a misspelled input`, () => {
      assert.equal(complainOf([written, 'x']), complaint);
    });
  }

  test('without its value, or an argument that is not an option, is wrong', () => {
    assert.equal(complainOf(['--scopes']), '--scopes: has no value');
    assert.equal(complainOf(['--scopes', '--client-id', 'ci']), '--scopes: has no value');
    assert.equal(complainOf(['read']), 'read: is no option');
  });

  for (const name of secretNames) {
    test(`--${name} does not take a secret`, () => {
      assert.match(complainOf([`--${name}`, secret]), new RegExp(`--${name} has a secret`));
    });
  }

  for (const [name, value, variable] of [
    ['parameters', `password=${secret}`, 'PARAMETERS'],
    ['headers', `X-Api-Key: ${secret}`, 'HEADERS'],
    ['token-url', `https://login.example.com/token?api_key=${secret}`, 'TOKEN_URL'],
  ] as const) {
    test(`--${name} does not take a secret in its value`, () => {
      const complaint = complainOf([`--${name}`, value]);
      assert.match(complaint, new RegExp(`Set the variable ${variable} `));
      assert.doesNotMatch(complaint, new RegExp(secret));
    });
  }

  test('can be the file of a key, which no log shows', (t) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const folder = mkdtempSync(join(tmpdir(), 'oauth2-token-demo-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    writeFileSync(join(folder, 'key.pem'), key);
    const trial = readTrial(['--private-key', 'key.pem'], { INIT_CWD: folder });
    assert.equal(trial.inputs['private-key'], key);
    assert.deepEqual(trial.hidden, ['private-key']);
  });
});

describe('the environment', () => {
  test('gives secrets, unless an option does', () => {
    const { inputs, hidden } = readTrial(['--headers', 'Accept: a'], {
      CLIENT_SECRET: secret,
      HEADERS: 'Accept: b',
      SCOPES: 'no secret',
    });
    assert.deepEqual(inputs, {
      'use-cache': 'false',
      headers: 'Accept: a',
      'client-secret': secret,
    });
    assert.deepEqual(hidden, ['client-secret']);
  });

  test('must have a credential', () => {
    assert.match(complainOf(['--client-id', 'ci'], {}), /^CLIENT_SECRET is not set/);
    assert.equal(complainOf(['--client-auth-method', 'none'], {}), '');
  });
});
