import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineReader, splitLines } from './lines.ts';

function read(...chunks: (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  reader.end();
  return lines;
}

test('a line ends with LF, CRLF or a single CR', () => {
  assert.deepEqual(splitLines('a\nb\r\nc\rd\n'), ['a', 'b', 'c', 'd']);
  assert.deepEqual(read('a\nb\r\nc\rd\n'), ['a', 'b', 'c', 'd']);
});

test('empty lines count, but the end after the last line break does not', () => {
  assert.deepEqual(splitLines('\n\na'), ['', '', 'a']);
  assert.deepEqual(read('\n\na\r'), ['', '', 'a']);
  assert.deepEqual(read(''), []);
});

test('a CRLF in two pieces is one line break', () => {
  assert.deepEqual(read('a\r', '\nb\r', 'c'), ['a', 'b', 'c']);
});

test('a character in two pieces is one character', () => {
  const bytes = Buffer.from('ü\n');
  assert.deepEqual(read(bytes.subarray(0, 1), bytes.subarray(1)), ['ü']);
});

test('a line is passed on as soon as it is complete', () => {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  reader.push(Buffer.from('one\ntwo'));
  assert.deepEqual(lines, ['one']);
});

test('a last line without a line break is a line', () => {
  assert.deepEqual(read('one\ntwo'), ['one', 'two']);
});
