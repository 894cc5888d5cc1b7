/** What .github/workflows/release.yml promises: only what was checked and approved is signed or published. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { parse } from 'yaml';

/** The part of a job that matters here. */
interface Job {
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const root = join(import.meta.dirname, '..', '..');
const file = readFileSync(join(root, '.github', 'workflows', 'release.yml'), 'utf8');
const { jobs } = parse(file) as { readonly jobs: Readonly<Record<string, Job>> };

/** The jobs that a job waits for, itself first. */
function listChain(name: string): Job[] {
  const job = jobs[name];
  if (job === undefined) throw new Error(`There is no job ${name}.`);
  return [job, ...(job.needs === undefined ? [] : listChain(job.needs))];
}

describe('a release', () => {
  for (const [name, { permissions, steps }] of Object.entries(jobs)) {
    if (!Object.values(permissions).includes('write')) continue;

    test(`is touched by the job ${name} only after every check and the approval of the environment`, () => {
      const chain = listChain(name);
      assert.ok(chain.some(({ environment }) => environment === 'release'));
      assert.ok(chain.at(-1)?.steps.some(({ run }) => run === 'npm run check'));
    });

    test(`is touched by the job ${name} only while the tag points to the commit that was checked`, () => {
      const compares = steps.findIndex(
        ({ run = '' }) => run.includes('git ls-remote') && run.includes('"$GITHUB_SHA"'),
      );
      const acts = steps.findIndex(
        ({ uses = '', run = '' }) => uses.startsWith('actions/attest@') || /\bgh /.test(run),
      );
      assert.ok(compares >= 0 && compares < acts);
    });
  }
});

test('npm runs no script of a package', () => {
  const npmrc = readFileSync(join(root, '.npmrc'), 'utf8');
  assert.match(npmrc, /^ignore-scripts=true$/m);
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  assert.ok(!lock.includes('"hasInstallScript"'));
});
