import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { formatDuration, formatSeconds } from './duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('formatDuration', () => {
  const rows: readonly [milliseconds: number, written: string][] = [
    [0, '0 s'],
    [0.2, '1 ms'],
    [20, '20 ms'],
    [99, '99 ms'],
    [100, '0.1 s'],
    [200, '0.2 s'],
    [1000, '1 s'],
    [1449, '1.4 s'],
    [3 * second, '3 s'],
    [9940, '9.9 s'],
    [9960, '10 s'],
    [10 * second, '10 s'],
    [10_400, '10 s'],
    [15 * second, '15 s'],
    [90 * second, '90 s'],
    [2 * minute, '120 s'],
    [2 * minute + second, '2 min'],
    [5 * minute, '5 min'],
    [42 * minute, '42 min'],
    [59 * minute + 29 * second, '59 min'],
    [59 * minute + 59 * second, '1 h'],
    [hour, '1 h'],
    [90 * minute, '1 h 30 min'],
    [8 * hour - second, '8 h'],
    [24 * hour, '24 h'],
    [47 * hour + 59 * minute, '47 h 59 min'],
    [2 * day, '2 days'],
    [60 * day - 3 * second, '60 days'],
    [365 * day, '365 days'],
  ];
  for (const [milliseconds, written] of rows) {
    test(`writes ${milliseconds} ms as ${written}`, () => {
      assert.equal(formatDuration(milliseconds), written);
    });
  }
});

describe('formatSeconds', () => {
  const rows: readonly [milliseconds: number, written: string][] = [
    [0, '0 s'],
    [20 * second, '20 s'],
    [20 * second + 400, '20 s'],
    [3540 * second, '3540 s'],
    [2 * day, '172800 s'],
  ];
  for (const [milliseconds, written] of rows) {
    test(`writes ${milliseconds} ms as ${written}`, () => {
      assert.equal(formatSeconds(milliseconds), written);
    });
  }
});
