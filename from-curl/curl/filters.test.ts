import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readFilterPath } from './filters.ts';

describe('readFilterPath', () => {
  const rows: readonly [filters: string[][], found: string][] = [
    [[], 'none'],
    [[['jq', '.']], 'none'],
    [[['jq']], 'none'],
    [[['jq', '-r', '.access_token']], 'access_token'],
    [[['/usr/bin/jq', '-er', '.data.token']], 'data.token'],
    [[['jq', '.data["auth-token"]']], 'data.auth-token'],
    [[['jq', '."auth-token"']], 'auth-token'],
    [[['jq', '.[0].token']], '0.token'],
    [[['jq', '.tokens[1].value']], 'tokens.1.value'],
    [[['jq', '-r', '.token // empty']], 'token'],
    [[['jq', '-r', '.token, .expires']], 'token'],
    [
      [
        ['tee', 'x'],
        ['jq', '-r', '.token'],
      ],
      'token',
    ],
    [[['jq', '-r', '.a | .b']], 'unreadable'],
    [[['jq', 'select(.a)']], 'unreadable'],
    [[['python3', '-m', 'json.tool']], 'none'],
    [
      [['python3', '-c', "import json,sys; print(json.load(sys.stdin)['access_token'])"]],
      'access_token',
    ],
    [[['grep', '-o', 'x']], 'unreadable'],
    [[['sh']], 'unreadable'],
    [[['jq', '.["8f14e45fceea167a5a36dedd4bea2543"]']], 'unreadable'],
  ];
  for (const [filters, found] of rows) {
    test(`${JSON.stringify(filters)} gives ${found}`, () => {
      const read = readFilterPath(filters);
      assert.equal(typeof read === 'object' ? read.path : read, found);
    });
  }
});
