import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Command, parseCommand, readProperty } from './commands.ts';

function parse(line: string): Command | undefined {
  return parseCommand(line, new Set(['add-mask', 'error', 'set-output']));
}

describe('a line with a command in colons', () => {
  test('is a command only at the start of the line, after white space', () => {
    const command = { command: 'add-mask', properties: {}, data: 'x' };
    assert.deepEqual(parse('::add-mask::x'), command);
    assert.deepEqual(parse(' \t\u0085\u00a0::add-mask::x'), command);
    assert.equal(parse('a ::add-mask::x'), undefined);
    assert.equal(parse('\ufeff::add-mask::x'), undefined);
  });

  test('is not a command without a second pair of colons, or with an unknown name', () => {
    assert.equal(parse('::add-mask'), undefined);
    assert.equal(parse('::unknown::x'), undefined);
    assert.equal(parse('::'), undefined);
  });

  test('accepts its name in upper and lower case', () => {
    assert.equal(parse('::Add-MASK::x')?.command, 'add-mask');
  });

  test('keeps later colons and spaces in its data', () => {
    assert.equal(parse('::error:: a::b ')?.data, ' a::b ');
  });

  test('unescapes its data, the percent sign last', () => {
    assert.equal(parse('::error::%25%0D%0A%250A%3A%2C')?.data, '%\r\n%0A%3A%2C');
  });

  test('unescapes its properties', () => {
    assert.deepEqual(parse('::error title=a%3A%2C%25%0A,file=b c::x')?.properties, {
      title: 'a:,%\n',
      file: 'b c',
    });
  });

  test('skips the empty parts of its properties', () => {
    assert.deepEqual(parse('::error  ,=a==b=,c=,d,::x')?.properties, { a: 'b=' });
  });

  test('finds a property by its name in upper and lower case', () => {
    const command = parse('::error TITLE=a::x');
    assert.equal(command && readProperty(command, 'title'), 'a');
    assert.equal(command && readProperty(command, 'file'), undefined);
  });
});

describe('a line with a command in brackets', () => {
  test('is a command anywhere in the line', () => {
    assert.deepEqual(parse('said: ##[add-mask]x y'), {
      command: 'add-mask',
      properties: {},
      data: 'x y',
    });
  });

  test('has its properties between semicolons, with its own escapes', () => {
    assert.deepEqual(parse('##[set-output name=a%3B%5D;b=c,d]%3B%5D%25%3A'), {
      command: 'set-output',
      properties: { name: 'a;]', b: 'c,d' },
      data: ';]%%3A',
    });
  });

  test('is read if the colons before it are not a command', () => {
    assert.equal(parse('::unknown::##[error]x')?.data, 'x');
  });

  test('is not a command if its bracket stays open, or if the first name is unknown', () => {
    assert.equal(parse('##[add-mask x'), undefined);
    assert.equal(parse('] ##[add-mask x'), undefined);
    assert.equal(parse('##[unknown]##[error]x'), undefined);
  });
});
