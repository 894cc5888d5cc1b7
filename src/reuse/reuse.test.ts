import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';

import { createAuthority } from '../../test/support/making/certificates.ts';
import {
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  type FakeClock,
} from '../../test/support/doubles/fakes.ts';
import { generatePem, type Given, writeGoogleKeyFile } from '../../test/support/making/inputs.ts';
import {
  answerIdToken,
  idTokenClaims,
  idTokenEnvironment,
} from '../../test/support/tables/stages.ts';
import { type CachedToken, openEntry, sealEntry } from '../cache/entry.ts';
import { type RequestIdentity, writeIdentity } from './identity.ts';
import {
  type CacheKeys,
  type Credential,
  deriveKeys,
  makeName,
  makeNamePrefix,
} from '../cache/keys.ts';
import { listLeaseNames } from '../cache/lease.ts';
import type { SaveWord } from '../cache/save-report.ts';
import { makeVersion } from '../cache/service.ts';
import type { HttpRequest, HttpResponse, SendRequest } from '../http/request.ts';
import { TransportError } from '../http/transport-error.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import { thumbprintOf } from '../oauth2/client-assertion.ts';
import { exportKeyMaterial } from '../oauth2/keys/signing-key.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { Deadline } from '../retry/deadline.ts';
import { IdTokens } from '../exchange/id-tokens.ts';
import { readInputs } from '../inputs/inputs.ts';
import { Log } from '../log/log.ts';
import { Reuse } from './reuse.ts';
import { StageError } from '../failures/stage-error.ts';

const secret = 'a-secret-of-plain-letters';
const start = Date.parse('2026-01-31T11:00:00Z');
const hour = 3_600_000;

const usualInputs: Given = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': secret,
  scopes: 'read list',
};

const usualEnv: NodeJS.ProcessEnv = {
  GITHUB_REPOSITORY_ID: '74',
  GITHUB_REPOSITORY: 'acme/shop',
  ACTIONS_CACHE_SERVICE_V2: 'true',
  ACTIONS_RESULTS_URL: 'https://results.example.com/',
  ACTIONS_RUNTIME_TOKEN: 'the-runtime-token',
};

/** What the usual inputs ask for. */
const usualIdentity: RequestIdentity = {
  repository: '74',
  endpointType: 'oauth2',
  tokenUrl: 'https://login.example.com/oauth2/token',
  issuer: undefined,
  grantType: 'client_credentials',
  clientId: 'ci-client',
  clientAuthMethod: 'client_secret_basic',
  clientCertificate: undefined,
  privateKeyAs: undefined,
  assertionAudience: undefined,
  assertionClaims: [],
  idTokenAs: undefined,
  idTokenClaims: [],
  scopes: ['list', 'read'],
  audience: undefined,
  resources: [],
  parameters: [],
  headers: [],
  bodyFormat: 'form',
  defaultExpiresIn: undefined,
  expiresAtOverride: undefined,
};

let keys: CacheKeys;
before(async () => {
  keys = await deriveKeys([toCredential('client-secret', secret)], writeIdentity(usualIdentity));
});

function toCredential(label: Credential['label'], value: string): Credential {
  return { label, bytes: Buffer.from(value) };
}

/** Makes a token as a server gives it at the start, with its life and age in milliseconds. */
function createToken(
  token: string,
  { life = hour, age = 0, ...parts }: Partial<CachedToken> & { life?: number; age?: number } = {},
): CachedToken {
  const issuedAt = start - age;
  const expiresAt = new Date(issuedAt + life);
  const accessToken = new AccessToken({ token, tokenType: 'Bearer', expiresAt });
  return { accessToken, scopes: undefined, others: {}, issuedAt, ...parts };
}

/** What a server gives to a step that asks. */
function answer(parts: Partial<TokenResponse> = {}): TokenResponse {
  return { ...createToken('the-token'), refreshToken: undefined, idToken: undefined, ...parts };
}

/** An entry in the cache. */
interface Planted {
  readonly name: string;
  readonly blob: Buffer;
}

/** Seals a token as a job before would have. */
function plant(token: CachedToken): Planted {
  const name = makeName(keys, token.accessToken.expiresAt?.getTime() ?? 0);
  const entry = sealEntry(token, { key: keys.sealing, name, nonce: Buffer.alloc(12, 3) });
  return { name, blob: gzipSync(entry ?? assert.fail()) };
}

/** How a job differs from one that has the usual inputs and an empty cache. */
interface Differences {
  readonly inputs?: Given;
  readonly env?: NodeJS.ProcessEnv;
  /** Gives the entry that lies there at the n-th search; there are two in a look-up. Throws what the service does. */
  readonly search?: (number: number) => Planted | undefined;
  /** The status with which a name is reserved. */
  readonly reserve?: number;
  /** What saving answers; by default it cannot be started. */
  readonly saving?: SaveWord;
  readonly randomBytes?: (size: number) => Buffer;
  /** What GitHub's ID-token service answers. */
  readonly idToken?: HttpResponse;
}

/** A job that can reuse. */
interface Job {
  readonly reuse: Reuse;
  readonly clock: FakeClock;
  readonly calls: readonly string[];
  /** What was asked of the cache service: `find NAME`, `reserve NAME`, `download URL`. */
  readonly asked: readonly string[];
  /** The directories of savers. */
  readonly folders: () => readonly string[];
  /** What a saver got. */
  readonly readSaved: () => { readonly name: string; readonly entry: Buffer };
}

/** What became of opening: the job, or what it said. */
interface Opening extends Omit<Job, 'reuse'> {
  readonly reuse: Reuse | undefined;
}

async function open(differences: Differences = {}, context?: TestContext): Promise<Opening> {
  const { env = {}, saving, idToken = answerIdToken(1) } = differences;
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const runner = createFakeRunner();
  const log = new Log(runner);
  const given = createInputEnvironment({ ...usualInputs, ...differences.inputs });
  // Certificates are valid by the clock of the machine.
  const inputs = readInputs({ ...given, ...env }, { debug: false });
  const asked: string[] = [];
  const root = context === undefined ? '/nowhere' : makeRoot(context);
  const temp = join(root, 'temp');
  const saveScript = join(root, 'save.mjs');
  const record = join(root, 'saved');
  if (saving !== undefined) {
    mkdirSync(temp);
    writeFileSync(saveScript, writeSaver(saving, record));
  }
  const stage = { clock, random: () => 0.5, log, deadline: new Deadline(clock, 120) };
  const { send } = createFakeNetwork([idToken], clock);
  const reuse = await Reuse.open(inputs, {
    env: { ...usualEnv, ...env },
    platform: process.platform,
    clock,
    send: serve(clock, asked, differences),
    random: () => 0.5,
    randomBytes: differences.randomBytes ?? randomBytes,
    saveScript,
    temp,
    log,
    idTokens: IdTokens.open(inputs, idTokenEnvironment, { ...stage, send }),
  });
  return {
    reuse,
    clock,
    calls: runner.calls,
    asked,
    folders: () => readdirSync(temp),
    readSaved: () => {
      const saved = readFileSync(record);
      const end = saved.indexOf('\n');
      return { name: saved.subarray(0, end).toString(), entry: saved.subarray(end + 1) };
    },
  };
}

/** Opens where nothing stands in the way. */
async function openJob(differences: Differences = {}, context?: TestContext): Promise<Job> {
  const { reuse, ...rest } = await open(differences, context);
  return { ...rest, reuse: reuse ?? assert.fail(rest.calls.join('\n')) };
}

/** A directory that is removed after the test. */
function makeRoot(context: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'reuse-test-'));
  context.after(() => {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  });
  return root;
}

/** A program that notes what it got and answers so. */
function writeSaver(word: SaveWord, record: string): string {
  return `
    import { writeFileSync } from 'node:fs';
    import { buffer } from 'node:stream/consumers';
    writeFileSync(${JSON.stringify(record)}, await buffer(process.stdin));
    process.stdout.write('${word}\\n');
  `;
}

/** Stands for the cache service, whose answers take 50 ms; entries are there by gzip alone. */
function serve(
  clock: FakeClock,
  asked: string[],
  { search = () => undefined, reserve = 200 }: Differences,
): SendRequest {
  let searches = 0;
  const blobs = new Map<string, Buffer>();
  const answerTo = ({ url, body }: HttpRequest): HttpResponse => {
    const method = url.slice(url.lastIndexOf('/') + 1);
    const { key = '', version = '' } = JSON.parse(body ?? '{}') as Record<string, string>;
    switch (method) {
      case 'GetCacheEntryDownloadURL': {
        asked.push(`find ${key}`);
        const found = search((searches += 1));
        if (found === undefined || version !== makeVersion('gzip'))
          return answerJson(200, { ok: false });
        const place = `https://blobs.example.com/${found.name}?sig=a-signature`;
        blobs.set(place, found.blob);
        return answerJson(200, { ok: true, matched_key: found.name, signed_download_url: place });
      }
      case 'CreateCacheEntry':
        asked.push(`reserve ${key}`);
        return answerJson(reserve, { ok: reserve === 200 });
      default: {
        asked.push(`download ${url}`);
        const bytes = blobs.get(url) ?? assert.fail(`nothing lies at ${url}`);
        return { status: 200, statusText: '', headers: {}, body: bytes };
      }
    }
  };
  return async (request) => {
    clock.advance(50);
    return Promise.resolve(answerTo(request));
  };
}

const notKept = 'info Not cached: the service did not take it.';
const kept = 'info Kept in the cache, encrypted, for other jobs and later runs.';

describe('the cache is not used, without a request to its service,', () => {
  const makeOne = '(openssl rand -base64 32 makes one)';
  const short = { 'client-secret': '0123456789' };
  const none = { 'client-secret': '', 'client-auth-method': 'none' };
  const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };
  const rows: readonly [what: string, differences: Differences, line: string][] = [
    [
      'where the secret is too short',
      { inputs: short },
      `client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it ${makeOne}.`,
    ],
    [
      'where both secrets are too short',
      { inputs: { ...short, 'cache-encryption-key': 'abcdefghij' } },
      `client-secret and cache-encryption-key are both shorter than 16 bytes, too short to encrypt with. Set a longer cache-encryption-key to use it ${makeOne}.`,
    ],
    [
      'where the one key is too short',
      { inputs: { ...none, 'cache-encryption-key': 'abcdefghij' } },
      `cache-encryption-key is shorter than 16 bytes, too short to encrypt with. Set a longer one to use it ${makeOne}.`,
    ],
    [
      'where there is no secret',
      { inputs: none },
      `there is no secret to encrypt with. Set cache-encryption-key to use it ${makeOne}.`,
    ],
    [
      'where there is an ID token alone',
      { inputs: federated },
      'an ID token is no key to encrypt with. Set cache-encryption-key to use it.',
    ],
    [
      'where a parameter is used up by asking',
      { inputs: { parameters: 'x=1\ncode=the-code-of-a-user' } },
      'the request carries a grant that is used up by asking.',
    ],
    [
      'where the grant is used up by asking',
      { inputs: { 'refresh-token': 'the-refresh-token' } },
      'the request carries a grant that is used up by asking.',
    ],
    [
      'where the job may neither read nor write it',
      { env: { ACTIONS_CACHE_MODE: 'none' } },
      'ACTIONS_CACHE_MODE lets this job neither read nor write it.',
    ],
    [
      'where the repository is not known',
      { env: { GITHUB_REPOSITORY_ID: '', GITHUB_REPOSITORY: undefined } },
      'neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so it is not known whose tokens these are.',
    ],
    [
      'where the runner has none',
      { env: { ACTIONS_RUNTIME_TOKEN: '' } },
      'this runner offers no cache service.',
    ],
    [
      'where the runner has none and something else is missing too',
      { inputs: short, env: { ACTIONS_RUNTIME_TOKEN: '' } },
      `client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it ${makeOne}.`,
    ],
  ];
  for (const [what, differences, line] of rows) {
    test(`${what}, which a line says`, async () => {
      const { reuse, calls, asked } = await open(differences);
      assert.equal(reuse, undefined);
      assert.deepEqual(calls, [`info Cache not used: ${line}`]);
      assert.deepEqual(asked, []);
    });
  }

  test('with use-cache: false, which no line says', async () => {
    const { reuse, calls } = await open({ inputs: { 'use-cache': 'false' } });
    assert.equal(reuse, undefined);
    assert.deepEqual(calls, []);
  });

  test('where no ID token can be had to say whose it is, which is an error of the step', async () => {
    const inputs = { ...federated, 'cache-encryption-key': secret };
    await assert.rejects(open({ inputs, idToken: answerJson(403, {}) }), StageError);
  });
});

describe('the name under which a token is looked for', () => {
  /** Looks, and gives the prefix that was searched for. */
  async function readName(differences: Differences): Promise<string> {
    const { reuse, asked } = await openJob(differences);
    await reuse.find();
    assert.equal(new Set(asked).size, 1);
    return asked[0] ?? '';
  }

  async function writeName(
    credentials: readonly Credential[],
    identity: Partial<RequestIdentity>,
  ): Promise<string> {
    const all = writeIdentity({ ...usualIdentity, ...identity });
    return `find ${makeNamePrefix(await deriveKeys(credentials, all))}`;
  }

  const cannotWrite = { ACTIONS_CACHE_MODE: 'read' };

  test('comes from the secret and all that is asked for', async () => {
    const inputs = {
      'token-url': '',
      issuer: 'https://login.example.com',
      'cache-encryption-key': 'a-key-for-the-cache-alone',
      audience: 'aud',
      resource: 'urn:a',
      parameters: 'x=1',
      headers: 'X-Tenant: acme',
      'body-format': 'json',
      'default-expires-in': '600',
      'expires-at-override': '2026-01-31T12:00:00Z',
      'client-auth-method': 'client_secret_jwt',
      'assertion-audience': 'urn:b',
      'assertion-claims': 'y=2',
    };
    const expected = await writeName(
      [
        toCredential('cache-encryption-key', 'a-key-for-the-cache-alone'),
        toCredential('client-secret', secret),
      ],
      {
        tokenUrl: undefined,
        issuer: 'https://login.example.com',
        audience: 'aud',
        resources: ['urn:a'],
        parameters: [['x', '1']],
        headers: [['x-tenant', 'acme']],
        bodyFormat: 'json',
        defaultExpiresIn: 600,
        expiresAtOverride: '2026-01-31T12:00:00.000Z',
        clientAuthMethod: 'client_secret_jwt',
        assertionAudience: 'urn:b',
        assertionClaims: [['y', '2']],
      },
    );
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  for (const id of ['', undefined]) {
    test(`comes from the name of the repository where its id is ${JSON.stringify(id)}`, async () => {
      const env = { ...cannotWrite, GITHUB_REPOSITORY_ID: id };
      const credentials = [toCredential('client-secret', secret)];
      assert.equal(
        await readName({ env }),
        await writeName(credentials, { repository: 'acme/shop' }),
      );
    });
  }

  test('comes from the key, and from whose it is where no client id says so', async () => {
    const pem = generatePem('rsa');
    const inputs = {
      'client-id': '',
      'client-secret': '',
      'private-key': writeGoogleKeyFile(pem),
      'private-key-as': 'assertion',
    };
    const material = exportKeyMaterial(createPrivateKey(pem));
    const expected = await writeName([{ label: 'private-key', bytes: material }], {
      grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      clientId: 'ci@acme-prod.iam.gserviceaccount.com',
      clientAuthMethod: 'none',
      privateKeyAs: 'assertion',
    });
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  test('comes from the key where claims alone say whose it is', async () => {
    const pem = generatePem();
    const inputs = {
      'client-id': '',
      'client-secret': '',
      'private-key': pem,
      'private-key-as': 'assertion',
      'assertion-claims': 'iss=ci\nsub=ci',
    };
    const material = exportKeyMaterial(createPrivateKey(pem));
    const expected = await writeName([{ label: 'private-key', bytes: material }], {
      grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      clientId: undefined,
      clientAuthMethod: 'none',
      privateKeyAs: 'assertion',
      assertionClaims: [
        ['iss', 'ci'],
        ['sub', 'ci'],
      ],
    });
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  test('comes from the certificate and the key of the client', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const inputs = {
      'client-secret': '',
      'client-certificate': certificate,
      'client-key': key,
      'client-auth-method': 'tls_client_auth',
    };
    const material = exportKeyMaterial(createPrivateKey(key));
    const expected = await writeName([{ label: 'client-key', bytes: material }], {
      clientAuthMethod: 'tls_client_auth',
      clientCertificate: thumbprintOf(certificate),
    });
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  test("comes from the claims of GitHub's ID token that do not pass with the run", async () => {
    const inputs = {
      'client-id': '',
      'client-secret': '',
      'id-token-as': 'client_assertion',
      'cache-encryption-key': secret,
    };
    const { iss, sub, aud } = idTokenClaims;
    const expected = await writeName([toCredential('cache-encryption-key', secret)], {
      clientId: undefined,
      clientAuthMethod: undefined,
      idTokenAs: 'client_assertion',
      idTokenClaims: Object.entries({ aud, environment: 'prod', iss, sub }).map(([name, value]) => [
        name,
        JSON.stringify(value),
      ]),
    });
    const idToken = answerIdToken(1, { environment: 'prod', run_id: '7' });
    assert.equal(await readName({ inputs, idToken, env: cannotWrite }), expected);
  });
});

describe('a token that lies in the cache', () => {
  const signature = 'mask sig=a-signature';

  test('is given with all that was kept of it, and hidden with what is secret in its URL', async () => {
    const user = { session_secret: 'a-nested-secret' };
    const token = createToken('a-kept-token', { scopes: ['read'], others: { user } });
    const { reuse, calls, asked } = await openJob({ search: () => plant(token) });
    const found = (await reuse.find()) ?? assert.fail();
    assert.equal(found.accessToken.token, 'a-kept-token');
    assert.deepEqual(found, { ...token, refreshToken: undefined, idToken: undefined });
    assert.deepEqual(calls, [signature, 'mask a-kept-token', 'mask a-nested-secret']);
    assert.equal(reuse.missed, false);
    const prefix = makeNamePrefix(keys);
    assert.deepEqual(asked, [
      `find ${prefix}`,
      `find ${prefix}`,
      `download https://blobs.example.com/${plant(token).name}?sig=a-signature`,
    ]);
  });

  test('is not kept again', async () => {
    const { reuse, calls } = await openJob({ search: () => plant(createToken('a-kept-token')) });
    await reuse.find();
    await reuse.keep(answer());
    assert.deepEqual(calls, [signature, 'mask a-kept-token']);
  });

  test('is told of with verbose, and how long that took', async () => {
    const { reuse, calls } = await openJob({
      inputs: { verbose: 'true' },
      search: () => plant(createToken('a-kept-token')),
    });
    await reuse.find();
    assert.deepEqual(calls, [
      signature,
      'mask a-kept-token',
      'group Cache',
      'info hit, after 0.2 s',
      'endgroup',
    ]);
  });

  test('is a miss where it does not live long enough', async () => {
    const { reuse } = await openJob({
      search: () => plant(createToken('a-kept-token', { age: hour - 299_000 })),
    });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
  });
});

describe('a look-up that finds no token', () => {
  test('is a miss where nothing is there, which verbose shows', async () => {
    const { reuse, calls } = await openJob({ inputs: { verbose: 'true' } });
    assert.equal(reuse.missed, false);
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, ['group Cache', 'info miss, after 0.1 s', 'endgroup']);
  });

  const rows: readonly [what: string, thrown: Error, line: string][] = [
    ['fails', new Error('a defect'), 'the service did not answer as it should.'],
    ['takes too long', new TransportError('timeout'), 'the service did not answer within 5 s.'],
  ];
  for (const [what, thrown, line] of rows) {
    test(`is no miss where it ${what}, and the token is not kept`, async () => {
      const search = (): never => {
        throw thrown;
      };
      const { reuse, calls, asked } = await openJob({ search, inputs: { 'cache-wait': '30' } });
      assert.equal(await reuse.find(), undefined);
      assert.equal(reuse.missed, false);
      await reuse.keep(answer());
      assert.deepEqual(calls, [`info Cache not used: ${line}`]);
      assert.equal(asked.length, 2);
    });
  }

  test('is said not to be kept where the job may only read, and no process is started', async (context) => {
    const { reuse, calls, folders } = await openJob(
      { env: { ACTIONS_CACHE_MODE: 'read' }, saving: 'saved' },
      context,
    );
    await reuse.find();
    assert.deepEqual(folders(), []);
    await reuse.keep(answer());
    assert.deepEqual(calls, ['info Not cached: this run may read the cache but not write it.']);
  });
});

describe('a token that was asked for', () => {
  /** The lines about tokens that are kept one after the other by a job that has no saver. */
  async function tellAll(
    responses: readonly TokenResponse[],
    inputs: Given = {},
  ): Promise<readonly string[]> {
    const { reuse, calls } = await openJob({ inputs });
    await reuse.find();
    for (const response of responses) await reuse.keep(response);
    return calls;
  }

  const expiring = (life: number, age = 0): TokenResponse =>
    answer(createToken('x', { life, age }));

  test('is kept only where others can use it, and a line says why it is not', async () => {
    const endless = new AccessToken({ token: 'x', tokenType: 'Bearer', expiresAt: undefined });
    assert.deepEqual(
      await tellAll([
        answer({ refreshToken: 'the-refresh-token' }),
        answer({ accessToken: endless }),
        answer({ scopes: ['read'] }),
        answer({ scopes: ['list', 'read', 'write'] }),
        answer({ scopes: undefined }),
        answer({ idToken: 'the-id-token' }),
      ]),
      [
        'info Not cached: a refresh token came with it, and that belongs in no cache.',
        'info Not cached: login.example.com did not say when the token expires. Set default-expires-in to cache it.',
        'info Not cached: less was granted than asked for.',
        notKept,
        notKept,
        notKept,
      ],
    );
  });

  test('has to live for 300 s more, or for half its life where that is less', async () => {
    const short = 'info Not cached: the token has expired, or is about to.';
    const now = 100;
    assert.deepEqual(
      await tellAll([
        expiring(hour, hour - 300_000 - now),
        expiring(hour, hour - 300_001 - now),
        expiring(hour, hour + 1),
        expiring(600_000, 299_999 - now),
        expiring(400_000, 200_000 - now),
        expiring(400_000, 199_999 - now),
        expiring(-1000),
      ]),
      [short, notKept, short, notKept, short, notKept, short],
    );
  });

  test('has to live longer than min-validity where that is given', async () => {
    const short = 'info Not cached: the token lives no longer than min-validity: 1200.';
    const now = 100;
    const lives = [1_200_000 + now, 1_200_001 + now, 400_000];
    assert.deepEqual(
      await tellAll(
        lives.map((life) => expiring(life)),
        { 'min-validity': '1200' },
      ),
      [short, notKept, short],
    );
  });

  test('may be about to expire where min-validity is 0', async () => {
    const lives = [101, 100];
    assert.deepEqual(
      await tellAll(
        lives.map((life) => expiring(life, 0)),
        { 'min-validity': '0' },
      ),
      [notKept, 'info Not cached: the token lives no longer than min-validity: 0.'],
    );
  });

  test('is not kept before a look-up', async () => {
    const { reuse, calls } = await openJob();
    await reuse.keep(answer());
    assert.deepEqual(calls, []);
  });
});

describe('keeping a token', () => {
  test('seals it without its secrets for jobs with the same identity', async (context) => {
    const { reuse, calls, folders, readSaved } = await openJob({ saving: 'saved' }, context);
    await reuse.find();
    const others = { instance_url: 'https://acme.example.com', session_secret: 'hide-me-please' };
    await reuse.keep(answer({ scopes: ['read', 'list'], others, idToken: 'the-id-token' }));
    assert.deepEqual(calls, [kept]);
    assert.deepEqual(folders(), []);
    const { name, entry } = readSaved();
    assert.equal(name, makeName(keys, start + hour));
    assert.deepEqual(
      openEntry(entry, { key: keys.sealing, name }),
      createToken('the-token', {
        scopes: ['read', 'list'],
        others: { instance_url: 'https://acme.example.com' },
      }),
    );
    const next = await openJob({ search: () => ({ name, blob: gzipSync(entry) }) });
    assert.equal((await next.reuse.find())?.accessToken.token, 'the-token');
  });

  test('says why where the saver says so', async (context) => {
    const { reuse, calls, folders } = await openJob({ saving: 'taken' }, context);
    await reuse.find();
    await reuse.keep(answer());
    assert.deepEqual(calls, [
      'info Not cached: another job kept a token at the same time; later jobs reuse that one.',
    ]);
    assert.deepEqual(folders(), []);
  });

  test('is no error of the step where something is wrong in this process', async (context) => {
    const { reuse, calls, folders } = await openJob(
      {
        saving: 'saved',
        randomBytes: () => {
          throw new Error('no entropy');
        },
      },
      context,
    );
    await reuse.find();
    await reuse.keep(answer());
    assert.deepEqual(calls, [notKept]);
    assert.deepEqual(folders(), []);
  });

  const fresh = /^oauth2-token-v2-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{8}$/;

  test('takes another name with use-cache: refresh, and nothing is looked for', async (context) => {
    const { reuse, calls, asked, readSaved } = await openJob(
      { inputs: { 'use-cache': 'refresh', 'cache-wait': '30' }, saving: 'saved' },
      context,
    );
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, false);
    await reuse.keep(answer());
    assert.deepEqual(calls, [kept]);
    assert.deepEqual(asked, []);
    const { name } = readSaved();
    assert.match(name, fresh);
    assert.equal(name.slice(0, -9), makeName(keys, start + hour));
  });

  test('takes the usual name where the job may only write, and nothing is looked for', async (context) => {
    const { reuse, calls, asked, readSaved } = await openJob(
      { env: { ACTIONS_CACHE_MODE: 'write-only' }, saving: 'saved' },
      context,
    );
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, false);
    await reuse.keep(answer());
    assert.deepEqual(calls, [kept]);
    assert.deepEqual(asked, []);
    assert.equal(readSaved().name, makeName(keys, start + hour));
  });
});

describe('the process that saves', () => {
  test('is there while the token is asked for, and gone once nothing is to be kept', async (context) => {
    const { reuse, calls, folders } = await openJob({ saving: 'saved' }, context);
    await reuse.find();
    assert.equal(folders().length, 1);
    await reuse.cancel();
    assert.deepEqual(folders(), []);
    assert.deepEqual(calls, []);
    await reuse.keep(answer());
    assert.deepEqual(calls, [notKept]);
  });

  test('is gone where the token is of no use to others', async (context) => {
    const { reuse, calls, folders } = await openJob({ saving: 'saved' }, context);
    await reuse.find();
    await reuse.keep(answer({ refreshToken: 'the-refresh-token' }));
    assert.deepEqual(folders(), []);
    assert.deepEqual(calls, [
      'info Not cached: a refresh token came with it, and that belongs in no cache.',
    ]);
  });

  test('need not be there to be cancelled', async () => {
    const { reuse } = await openJob();
    await reuse.cancel();
    await reuse.find();
    await reuse.cancel();
  });
});

describe('a job that missed and has cache-wait', () => {
  const inputs = { 'cache-wait': '30' };
  const following = 'info Another job is asking for this token; waiting up to 30 s for it.';
  const late = (number: number): Planted | undefined =>
    number > 4 ? plant(createToken('a-late-token')) : undefined;

  test('asks where it leads', async () => {
    const { reuse, calls, asked } = await openJob({ inputs });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(
      asked.slice(2),
      listLeaseNames(keys, start).map((name) => `reserve ${name}`),
    );
    await reuse.keep(answer());
    assert.deepEqual(calls, [notKept]);
  });

  test('takes the token of another job, hides it and does not keep it', async () => {
    const { reuse, calls, asked } = await openJob({ inputs, reserve: 409, search: late });
    const found = await reuse.find();
    assert.equal(found?.accessToken.token, 'a-late-token');
    assert.deepEqual(found, {
      ...createToken('a-late-token'),
      refreshToken: undefined,
      idToken: undefined,
    });
    assert.equal(reuse.missed, false);
    await reuse.keep(answer());
    assert.deepEqual(calls, [
      following,
      'mask sig=a-signature',
      'mask a-late-token',
      'info Took the token that another job got.',
    ]);
    assert.equal(asked.filter((one) => one.startsWith('reserve ')).length, 1);
  });

  const failing = (number: number): undefined => {
    if (number > 2) throw new Error('the service is down');
  };
  const rows: readonly [what: string, search: (number: number) => undefined][] = [
    ['comes', () => undefined],
    ['can be looked for', failing],
  ];
  for (const [what, search] of rows) {
    test(`asks and keeps where no token ${what} in time, and has said so`, async () => {
      const { reuse, calls, clock } = await openJob({ inputs, reserve: 409, search });
      assert.equal(await reuse.find(), undefined);
      assert.equal(reuse.missed, false);
      assert.ok(clock.now() - start >= 30_000);
      await reuse.keep(answer());
      assert.deepEqual(calls, [following, 'info No token came within 30 s (cache-wait).', notKept]);
    });
  }

  test('asks at once where it may not write, for it could not lead', async () => {
    const { reuse, calls, asked } = await openJob({
      inputs,
      env: { ACTIONS_CACHE_MODE: 'read' },
      reserve: 409,
    });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, []);
    assert.equal(asked.length, 2);
  });

  test('asks at once where that is 0', async () => {
    const { reuse, calls, asked } = await openJob({ inputs: { 'cache-wait': '0' }, reserve: 409 });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, []);
    assert.equal(asked.length, 2);
  });
});
