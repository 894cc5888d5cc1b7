import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { CommandFileError } from '../failures/errors.ts';
import { commandFiles, writeAll } from './command-files.ts';

const variables = ['GITHUB_OUTPUT', 'GITHUB_ENV'];
const before = 'of-an-earlier-step=é\n';

let folder = '';
let env: Record<string, string> = {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-files-'));
  env = Object.fromEntries(variables.map((variable) => [variable, join(folder, variable)]));
  for (const file of Object.values(env)) writeFileSync(file, before);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function append(variable: string, text: string): void {
  appendFileSync(env[variable] ?? '', text);
}

function read(): string[] {
  return Object.values(env).map((file) => readFileSync(file, 'utf8'));
}

function fail(code: string): never {
  throw Object.assign(new Error('no room'), { code });
}

/** Whether an error is about this variable. */
function isAbout(variable: string, code: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof CommandFileError && error.variable === variable && error.reason === code;
}

describe("a write to the runner's files", () => {
  test('is done if all of them can be written', () => {
    writeAll(variables, env, commandFiles, () => {
      for (const variable of variables) append(variable, 'token=x\n');
    });
    assert.deepEqual(read(), [`${before}token=x\n`, `${before}token=x\n`]);
  });

  test('does not start if one of them is missing', () => {
    rmSync(env['GITHUB_ENV'] ?? '');
    const work = (): void => {
      writeAll(variables, env, commandFiles, () => assert.fail('It was begun.'));
    };
    assert.throws(work, isAbout('GITHUB_ENV', 'ENOENT'));
  });

  test('does not start if one of them is a directory', () => {
    const directory = { ...env, GITHUB_OUTPUT: folder };
    const work = (): void => {
      writeAll(variables, directory, commandFiles, () => assert.fail('It was begun.'));
    };
    assert.throws(work, isAbout('GITHUB_OUTPUT', 'EISDIR'));
  });

  test('leaves nothing in any of them if it fails in the middle', () => {
    const work = (): void => {
      writeAll(variables, env, commandFiles, () => {
        append('GITHUB_OUTPUT', 'token=x\n');
        append('GITHUB_ENV', 'TOKEN<<');
        fail('ENOSPC');
      });
    };
    assert.throws(work, isAbout('GITHUB_OUTPUT or GITHUB_ENV', 'ENOSPC'));
    assert.deepEqual(read(), [before, before]);
  });

  test('restores the others although one of them cannot be restored, and names that one', () => {
    const cut = (path: string, size: number): void => {
      if (path === env['GITHUB_OUTPUT']) fail('EROFS');
      commandFiles.cut(path, size);
    };
    const work = (): void => {
      writeAll(variables, env, { ...commandFiles, cut }, () => {
        for (const variable of variables) append(variable, 'token=x\n');
        fail('EIO');
      });
    };
    assert.throws(work, isAbout('GITHUB_OUTPUT', 'EIO'));
    assert.equal(read()[1], before);
  });

  test('throws a defect as it is, and removes what was written', () => {
    const defect = new TypeError('a defect');
    const work = (): void => {
      writeAll(variables, env, commandFiles, () => {
        append('GITHUB_OUTPUT', 'token=x\n');
        throw defect;
      });
    };
    assert.throws(work, (error) => error === defect);
    assert.deepEqual(read(), [before, before]);
  });
});
