import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { parse } from 'yaml';

const script = join(import.meta.dirname, 'from-curl.ts');

/** Runs the command with a text on standard input. */
function run(
  input: string,
  cwd = import.meta.dirname,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    cwd,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('npm run from-curl', () => {
  test('prints a list of steps as YAML, and nothing else', () => {
    const { status, stdout, stderr } = run(
      "curl https://id.acme.example/token -u app1:Sesame-1 -d 'grant_type=client_credentials&scope=read'",
    );
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.deepEqual(parse(stdout), [
      {
        id: 'tok',
        uses: 'org/oauth2-token@v1',
        with: {
          'token-url': 'https://id.acme.example/token',
          'client-id': '${{ vars.CLIENT_ID }}',
          'client-secret': '${{ secrets.CLIENT_SECRET }}',
          scopes: 'read',
        },
      },
    ]);
  });

  const refused: readonly [what: string, input: string][] = [
    ['nothing', ''],
    ['no command', 'hello'],
    ['a quote that is not closed', "curl 'https://a.example"],
    ['a mebibyte of a command', `curl https://a.example -d '${'a=b&'.repeat(1 << 18)}'`],
    ['a mebibyte of quotes', `curl ${'"\'`$('.repeat(1 << 18)}`],
    ['bytes that are no text', '\u0000\u0001\ufffd'],
    ['what the action has no input for', 'curl --digest https://a.example'],
  ];
  for (const [what, input] of refused) {
    test(`ends with 1 and one line on standard error for ${what}`, () => {
      const { status, stdout, stderr } = run(input);
      assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
      assert.match(stderr, /^[^\n]{10,400}\n$/);
    });
  }

  test('runs nothing of what it reads, and writes no file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'from-curl-'));
    try {
      for (const input of [
        'curl https://a.example -u a:b -d "a=$(touch made)" -o made',
        'curl https://a.example -u a:b -d "a=`touch made`" > made',
        'touch made; curl https://a.example -u a:b | tee made',
        'curl https://a.example -u a:b -K made -c made --trace made',
        'X=$(touch made)\ncurl https://a.example -u "$X:b" & touch made',
      ]) {
        run(input, folder);
        assert.deepEqual(readdirSync(folder), [], input);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
