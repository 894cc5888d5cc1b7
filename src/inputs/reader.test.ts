import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createInputEnvironment } from '../../test/support/doubles/fakes.ts';
import { InputReader, type NumberRange, readInput } from './reader.ts';
import { renderText, text } from '../log/text.ts';

/** Reads one thing of a step with these inputs; gives it and what was complained of. */
function read<T>(
  inputs: Readonly<Record<string, string>>,
  how: (reader: InputReader) => T,
): { value: T; problems: string[] } {
  const reader = new InputReader(createInputEnvironment(inputs));
  const value = how(reader);
  return { value, problems: reader.problems.map((problem) => renderText(problem, (all) => all)) };
}

describe('readInput', () => {
  test('trims, or keeps a value as it is', () => {
    const env = createInputEnvironment({ parameters: ' a=b \n' });
    assert.equal(readInput(env, 'parameters'), 'a=b');
    assert.equal(readInput(env, 'parameters', 'exact'), ' a=b \n');
  });

  test('gives an empty string for what was left out', () => {
    assert.equal(readInput({}, 'parameters'), '');
    assert.equal(readInput({}, 'parameters', 'exact'), '');
  });

  test('keeps the hyphens of a name, as the runner does', () => {
    assert.equal(readInput({ 'INPUT_TOKEN-URL': 'x', INPUT_TOKEN_URL: 'y' }, 'token-url'), 'x');
  });
});

describe('InputReader', () => {
  describe('read', () => {
    for (const left of [{}, { 'body-format': '' }, { 'body-format': ' \n' }]) {
      test(`gives the default for ${JSON.stringify(left)}`, () => {
        assert.equal(read(left, (reader) => reader.read('body-format')).value, 'form');
      });
    }

    test('gives undefined where there is no default', () => {
      assert.equal(read({ audience: '' }, (reader) => reader.read('audience')).value, undefined);
    });

    test('gives what was written, trimmed', () => {
      const { value } = read({ audience: ' https://api.example.com \n' }, (reader) =>
        reader.read('audience'),
      );
      assert.equal(value, 'https://api.example.com');
    });
  });

  describe('isGiven', () => {
    const rows: readonly [inputs: Record<string, string>, given: boolean][] = [
      [{}, false],
      [{ 'body-format': '' }, false],
      [{ 'body-format': ' form ' }, false],
      [{ 'body-format': 'json' }, true],
    ];
    for (const [inputs, given] of rows) {
      test(`says ${given} for ${JSON.stringify(inputs)}, whose default is form`, () => {
        assert.equal(read(inputs, (reader) => reader.isGiven('body-format')).value, given);
      });
    }

    test('says true for whatever was written where there is no default', () => {
      assert.equal(read({ audience: 'x' }, (reader) => reader.isGiven('audience')).value, true);
      assert.equal(read({ audience: '' }, (reader) => reader.isGiven('audience')).value, false);
    });
  });

  test('readExact keeps white space', () => {
    assert.equal(
      read({ headers: ' a: b ' }, (reader) => reader.readExact('headers')).value,
      ' a: b ',
    );
  });

  test('missSecret keeps the first secret that is needed and empty, and why', () => {
    const { value } = read({}, (reader) => {
      assert.equal(reader.missesSecret, false);
      assert.equal(reader.findEmptySecret(), undefined);
      reader.missSecret('private-key');
      reader.missSecret('client-secret');
      assert.equal(reader.missesSecret, true);
      return reader.findEmptySecret();
    });
    assert.deepEqual(value, { name: 'private-key', cause: 'unset' });
  });

  test('readOptionalChoice takes what was left out, and complains of another word', () => {
    const choose = (reader: InputReader): string | undefined =>
      reader.readOptionalChoice('id-token-as', ['assertion', 'subject_token']);
    assert.deepEqual(read({}, choose), { value: undefined, problems: [] });
    assert.deepEqual(read({ 'id-token-as': 'assertion' }, choose), {
      value: 'assertion',
      problems: [],
    });
    assert.deepEqual(read({ 'id-token-as': 'x' }, choose), {
      value: undefined,
      problems: ['id-token-as: got "x"; must be one of: assertion, subject_token'],
    });
  });

  describe('readChoice', () => {
    const choose = (reader: InputReader): string =>
      reader.readChoice('client-auth-method', ['client_secret_basic', 'client_secret_post']);

    test('takes the first choice where there is no default', () => {
      assert.deepEqual(read({}, choose), { value: 'client_secret_basic', problems: [] });
    });

    test('takes each choice', () => {
      for (const value of ['client_secret_basic', 'client_secret_post']) {
        assert.deepEqual(read({ 'client-auth-method': value }, choose), { value, problems: [] });
      }
    });

    test('names the choices where it got none of them', () => {
      const { problems } = read({ 'client-auth-method': 'Basic' }, choose);
      assert.deepEqual(problems, [
        'client-auth-method: got "Basic"; must be one of: client_secret_basic, client_secret_post',
      ]);
    });
  });

  describe('readFlag', () => {
    const flag = (reader: InputReader): boolean => reader.readFlag('verbose');
    const flags: readonly [written: string, value: boolean][] = [
      ['true', true],
      ['True', true],
      ['TRUE', true],
      [' true\n', true],
      ['false', false],
      ['False', false],
      ['FALSE', false],
      ['', false],
    ];
    for (const [written, value] of flags) {
      test(`reads ${JSON.stringify(written)} as ${value}`, () => {
        assert.deepEqual(read({ verbose: written }, flag), { value, problems: [] });
      });
    }
    for (const written of ['yes', '1', 'tRUE', 'on', 'null', 'true false']) {
      test(`refuses ${written}`, () => {
        const { problems } = read({ verbose: written }, flag);
        assert.deepEqual(problems, [`verbose: got "${written}"; must be true or false`]);
      });
    }
  });

  describe('readNumber', () => {
    const number =
      (range: NumberRange) =>
      (reader: InputReader): number =>
        reader.readNumber('timeout', range);
    const from: NumberRange = { min: 2, max: 10, unit: 'seconds' };
    const over: NumberRange = { min: 0, max: 10, bound: 'over', unit: 'seconds' };
    const whole: NumberRange = { min: 1, max: 100, whole: true };

    const good: readonly [written: string, range: NumberRange, value: number][] = [
      ['2', from, 2],
      ['10', from, 10],
      ['2.5', from, 2.5],
      ['007', from, 7],
      ['3.0', from, 3],
      [' 3 ', from, 3],
      ['0.001', over, 0.001],
      ['1', whole, 1],
      ['100', whole, 100],
      ['4.0', whole, 4],
    ];
    for (const [written, range, value] of good) {
      test(`reads ${JSON.stringify(written)} as ${value}`, () => {
        assert.deepEqual(read({ timeout: written }, number(range)), { value, problems: [] });
      });
    }

    const bad: readonly [written: string, range: NumberRange, bound: string][] = [
      ['1.99', from, 'a number of seconds, 2 or more'],
      ['10.01', from, 'at most 10'],
      ['9'.repeat(290), from, 'at most 10'],
      ['0', over, 'a number of seconds, more than 0'],
      ['0.0', over, 'a number of seconds, more than 0'],
      ['0', whole, 'a whole number, 1 or more'],
      ['1.5', whole, 'a whole number, 1 or more'],
      ['101', whole, 'at most 100'],
      ['100.5', whole, 'at most 100'],
      ['many', whole, 'a whole number, 1 or more'],
      ['-3', from, 'a number of seconds, 2 or more'],
      ['+3', from, 'a number of seconds, 2 or more'],
      ['3 s', from, 'a number of seconds, 2 or more'],
      ['3,5', from, 'a number of seconds, 2 or more'],
      ['.5', from, 'a number of seconds, 2 or more'],
      ['3.', from, 'a number of seconds, 2 or more'],
      ['1e1', from, 'a number of seconds, 2 or more'],
      ['0x5', from, 'a number of seconds, 2 or more'],
      ['٣', from, 'a number of seconds, 2 or more'],
      ['NaN', from, 'a number of seconds, 2 or more'],
      ['Infinity', from, 'a number of seconds, 2 or more'],
    ];
    for (const [written, range, bound] of bad) {
      test(`refuses ${written.slice(0, 20)} where it must be ${bound}`, () => {
        assert.deepEqual(read({ timeout: written }, number(range)), {
          value: NaN,
          problems: [`timeout: got "${written}"; must be ${bound}`],
        });
      });
    }

    test('takes the default where nothing was written', () => {
      assert.deepEqual(read({}, number({ min: 0, max: 20 })), { value: 15, problems: [] });
    });
  });

  describe('readOptionalNumber', () => {
    const optional = (reader: InputReader): number | undefined =>
      reader.readOptionalNumber('min-validity', { min: 0, max: 10, unit: 'seconds' });

    test('gives undefined where nothing was written', () => {
      assert.deepEqual(read({ 'min-validity': ' ' }, optional), { value: undefined, problems: [] });
    });

    test('reads a number, and complains of what is none', () => {
      assert.deepEqual(read({ 'min-validity': '0' }, optional), { value: 0, problems: [] });
      assert.deepEqual(read({ 'min-validity': 'x' }, optional).problems, [
        'min-validity: got "x"; must be a number of seconds, 0 or more',
      ]);
    });
  });

  test('keeps every problem, in the order in which they were found', () => {
    const { problems } = read({ timeout: 'x', verbose: 'y' }, (reader) => {
      reader.readFlag('verbose');
      reader.complain(text`client-id is required`);
      reader.readNumber('timeout', { min: 0, max: 1 });
    });
    assert.deepEqual(problems, [
      'verbose: got "y"; must be true or false',
      'client-id is required',
      'timeout: got "x"; must be a number, 0 or more',
    ]);
  });
});
