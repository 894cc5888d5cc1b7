import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import {
  type CacheService,
  type Job,
  startCacheService,
} from '../../test/support/doubles/cache-service.ts';
import { classifySave, lostConnection, type SaveWord } from './save-report.ts';
import { compressions, makeVersion } from './service.ts';

const toolkit = import.meta.resolve('@actions/cache');

/** The source files of the toolkit that print the texts that are read here. */
const sources = {
  cache: readSource('cache.js'),
  http: readSource('internal/cacheHttpClient.js'),
  twirp: readSource('internal/shared/cacheTwirpClient.js'),
  errors: readSource('internal/shared/errors.js'),
  which: readSource('../../io/lib/io.js'),
};

function readSource(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, toolkit)), 'utf8');
}

const key = 'oauth2-token-v2-0123456789abcdef0123456789abcdef-0123456789abcdef';

const reserveFailed = `Failed to save: Unable to reserve cache with key ${key}`;

const reports: readonly (readonly [what: string, text: string, expected: SaveWord])[] = [
  [
    'version 2 knows the name already',
    [
      '::debug::Failed to reserve cache: Error: Failed to CreateCacheEntry: Received non-retryable error: ' +
        'Failed request: (409) Conflict: cache entry with the same key, version, and scope already exists',
      `${reserveFailed}, another job may be creating this cache.`,
    ].join('\n'),
    'taken',
  ],
  [
    'version 2 knows the name already and says no more',
    [
      '::debug::Failed to reserve cache: Error: Failed to CreateCacheEntry: Received non-retryable error: ' +
        'Failed request: (409) Conflict',
      `${reserveFailed}, another job may be creating this cache.`,
    ].join('\n'),
    'taken',
  ],
  [
    'version 1 knows the name already',
    `${reserveFailed}, another job may be creating this cache. More details: ` +
      `Cache already exists. Scope: refs/heads/main, Key: ${key}, Version: 0123`,
    'taken',
  ],
  [
    'version 1 knows the name already and says no more',
    `${reserveFailed}, another job may be creating this cache. More details: Failed request: (409)`,
    'taken',
  ],
  [
    'the service does not permit writing',
    `::warning::${reserveFailed}. More details: cache write denied: token has no writable scopes`,
    'denied',
  ],
  [
    'the mode does not permit writing',
    "Cache save skipped: the effective cache-mode 'read' does not permit writes.",
    'denied',
  ],
  [
    'there is no tar',
    '::warning::Failed to save: Unable to locate executable file: tar. Please verify either the file path exists or ' +
      'the file can be found within a directory specified by the PATH environment variable. Also check the file mode ' +
      'to verify the file is executable.',
    'no_tar',
  ],
  [
    'the tar is of busybox with musl',
    '/bin/tar: unrecognized option: posix\n' +
      'BusyBox v1.36.1 (2024-06-10 07:11:47 UTC) multi-call binary.\n' +
      '::warning::Failed to save: "/bin/tar" failed with error: The process \'/bin/tar\' failed with exit code 1',
    'other_tar',
  ],
  [
    'the tar is of busybox with glibc',
    "tar: unrecognized option '--posix'\n" +
      '::warning::Failed to save: "/usr/bin/tar" failed with error: The process \'/usr/bin/tar\' failed with exit code 1',
    'other_tar',
  ],
  [
    'tar failed for another reason',
    '/usr/bin/tar: cache.tzst: Wrote only 2048 of 10240 bytes\n' +
      '::warning::Failed to save: "/usr/bin/tar" failed with error: The process \'/usr/bin/tar\' failed with exit code 2',
    'tar_failed',
  ],
  [
    'the disk is full for tar',
    '/usr/bin/tar: cache.tzst: Cannot write: No space left on device\n' +
      '::warning::Failed to save: "/usr/bin/tar" failed with error: The process \'/usr/bin/tar\' failed with exit code 2',
    'no_room',
  ],
  ['the disk is full', 'Error: ENOSPC: no space left on device, write', 'no_room'],
  [
    'the directory takes no file',
    "Error: EROFS: read-only file system, open 'token.bin'",
    'no_room',
  ],
  [
    'another program than tar is missing',
    '::warning::Failed to save: Unable to locate executable file: target. Please verify either the file path exists',
    'failed',
  ],
  [
    'the service is down',
    [
      'Attempt 1 of 5 failed with error: Failed request: (500) Internal Server Error. Retrying request in 3000 ms...',
      `${reserveFailed}, another job may be creating this cache.`,
    ].join('\n'),
    'failed',
  ],
  [
    'the service gets too many requests',
    [
      "::warning::You've hit a rate limit, your rate limit will reset in 60 seconds",
      `${reserveFailed}, another job may be creating this cache.`,
    ].join('\n'),
    'failed',
  ],
  [
    'the quota is reached',
    `::debug::Failed to reserve cache: UsageError: Cache storage quota has been hit.\n${reserveFailed}, ` +
      'another job may be creating this cache.',
    'failed',
  ],
  [
    'another job finalizes it',
    `::warning::Failed to save: Unable to finalize cache with key ${key}, another job may be finalizing this cache.`,
    'failed',
  ],
  [
    'an upload failed',
    '::warning::Failed to save: Cache service responded with 503 during upload chunk.',
    'failed',
  ],
  ['saveCache threw', 'Error: Unable to get the ACTIONS_RUNTIME_TOKEN env variable', 'failed'],
  ['nothing was printed', '', 'failed'],
];

describe('classifySave', () => {
  for (const [what, text, expected] of reports) {
    test(`says ${expected} if ${what}`, () => {
      assert.equal(classifySave(-1, text), expected);
    });
  }

  for (const id of [1, 0, 1234567890]) {
    test(`says saved if the entry has the id ${id}`, () => {
      const text = 'Cache Size: ~0 MB (612 B)\nCache saved successfully\n';
      assert.equal(classifySave(id, text), 'saved');
    });
  }

  test('says saved if a first attempt failed', () => {
    const text =
      'Attempt 1 of 5 failed with error: Failed request: (500) Internal Server Error. Retrying request in 3000 ms...';
    assert.equal(classifySave(7, text), 'saved');
  });

  for (const step of ['upload chunk', 'commit cache']) {
    test(`says failed where version 1 gives an id although its ${step} failed`, () => {
      const text = `::warning::Failed to save: Cache service responded with 500 during ${step}.`;
      assert.equal(classifySave(7, text), 'failed');
    });
  }
});

describe('the toolkit still has the words', () => {
  const words: readonly (readonly [source: keyof typeof sources, words: string])[] = [
    ['cache', '`Failed to save: ${typedError.message}`'],
    ['cache', "CACHE_WRITE_DENIED_PREFIX = 'cache write denied:'"],
    ['cache', '`Unable to reserve cache with key ${key}. More details: ${errorMessage}`'],
    ['cache', '`Unable to reserve cache with key ${key}. More details: ${detailMessage}`'],
    ['cache', '`Unable to reserve cache with key ${key}, another job may be creating this cache.`'],
    ['cache', "cache-mode '${cacheMode}' does not permit writes.`"],
    ['cache', '`Failed to reserve cache: ${error}`'],
    ['http', 'during upload chunk.`'],
    ['http', 'during commit cache.`'],
    ['twirp', '`Failed request: (${statusCode}) ${response.message.statusMessage}`'],
    ['twirp', '`Received non-retryable error: ${errorMessage}`'],
    ['twirp', '`Failed to ${method}: ${error.message}`'],
    ['errors', '`Unable to make request: ${code}\\nIf you are using'],
    ['which', '`Unable to locate executable file: ${tool}. Please verify'],
  ];
  for (const [source, text] of words) {
    test(`${text} (${source})`, () => {
      assert.ok(sources[source].includes(text));
    });
  }
});

describe('the connection was lost', () => {
  const unable = (method: string): string =>
    `Failed to save: Failed to ${method}: Unable to make request: ECONNRESET\nIf you are using`;
  const rows = [
    [true, 'before the name was reserved', unable('CreateCacheEntry')],
    [false, 'after the upload', unable('FinalizeCacheEntryUpload')],
    [false, 'never: the name is taken', `${reserveFailed}, another job may be creating this`],
  ] as const;
  for (const [expected, what, text] of rows) {
    test(`${what}: ${expected}`, () => {
      assert.equal(lostConnection(text), expected);
    });
  }
});

describe('of a real attempt to save, the child process says', () => {
  /** Runs src/save.ts with the real toolkit; gives all that it prints. */
  async function save(service: CacheService, job: Job): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'save-test-'));
    const env = {
      PATH: process.env['PATH'],
      ...service.environment(job),
      RUNNER_TEMP: folder,
      GITHUB_WORKSPACE: folder,
    };
    const script = fileURLToPath(new URL('../save.ts', import.meta.url));
    const child = spawn(process.execPath, [script], { cwd: folder, env });
    child.stdin.end(Buffer.concat([Buffer.from(`${key}\n`), Buffer.from('sealed')]));
    const printed = await Promise.all([readText(child.stdout), readText(child.stderr)]);
    // Windows keeps the directory of a process until the process has ended.
    rmSync(folder, { recursive: true, maxRetries: 3 });
    return printed.join('');
  }

  const plantSame = (service: CacheService): void => {
    for (const compression of compressions) {
      service.plant({ name: key, version: makeVersion(compression), blob: 'x' });
    }
  };
  // Not 5xx, because the toolkit retries it after some seconds.
  const refusal = { status: 400, body: '{"message":"no"}' };
  const rows: readonly (readonly [
    expected: SaveWord,
    what: string,
    job: Job,
    prepare?: (service: CacheService) => void,
  ])[] = [
    ['saved', 'where version 1 took it', { version: 'v1' }],
    ['saved', 'where version 2 took it', { version: 'v2' }],
    ['taken', 'where version 1 has it', { version: 'v1' }, plantSame],
    ['taken', 'where version 2 has it', { version: 'v2' }, plantSame],
    ['denied', 'where version 1 may only be read', { version: 'v1', readOnly: true }],
    ['denied', 'where version 2 may only be read', { version: 'v2', readOnly: true }],
    [
      'saved',
      'where the first connection to version 2 broke',
      { version: 'v2' },
      (service) => {
        service.fault('CreateCacheEntry', 'reset', 1);
      },
    ],
    [
      'saved',
      'where the storage had a fault once',
      { version: 'v2' },
      (service) => {
        service.fault('upload', { status: 503 }, 1);
      },
    ],
    [
      'failed',
      'where the connections to version 2 break',
      { version: 'v2' },
      (service) => {
        service.fault('CreateCacheEntry', 'reset', 2);
      },
    ],
    [
      'failed',
      'where the storage has a fault',
      { version: 'v2' },
      (service) => {
        service.fault('upload', { status: 500 }, 2);
      },
    ],
    [
      'failed',
      'where the storage refused the upload',
      { version: 'v2' },
      (service) => {
        service.fault('upload', refusal, 1);
      },
    ],
    [
      'failed',
      'where version 1 reserved it and refused the upload',
      { version: 'v1' },
      (service) => {
        service.fault('v1-upload', refusal);
      },
    ],
    [
      'failed',
      'where version 1 reserved it and refused to commit it',
      { version: 'v1' },
      (service) => {
        service.fault('v1-commit', refusal);
      },
    ],
    [
      'failed',
      'where version 2 refused to finalize it',
      { version: 'v2' },
      (service) => {
        service.fault('FinalizeCacheEntryUpload', refusal);
      },
    ],
  ];
  for (const [expected, what, job, prepare] of rows) {
    test(`${expected} ${what}, and nothing else`, async () => {
      const service = await startCacheService();
      try {
        prepare?.(service);
        assert.equal(await save(service, job), expected);
      } finally {
        await service.close();
      }
    });
  }
});
