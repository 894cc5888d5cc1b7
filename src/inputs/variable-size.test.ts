import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fitsVariable } from './variable-size.ts';

test('a variable of Linux and macOS holds 131,071 bytes, with its name', () => {
  for (const platform of ['linux', 'darwin'] as const) {
    assert.ok(fitsVariable('TOKEN', 'x'.repeat(131_065), platform));
    assert.ok(!fitsVariable('TOKEN', 'x'.repeat(131_066), platform));
    assert.ok(!fitsVariable('TOKEN', 'ü'.repeat(65_533), platform));
  }
});

test('a variable of Windows holds 32,767 characters', () => {
  assert.ok(fitsVariable('TOKEN', 'x'.repeat(32_767), 'win32'));
  assert.ok(!fitsVariable('TOKEN', 'x'.repeat(32_768), 'win32'));
});
