import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { parse } from 'yaml';

import { outputNames } from '../action/outputs.ts';
import { inputDefaults, type InputName, inputNames, otherWords, secretNames } from './catalog.ts';
import { clientAuthMethods } from './client/client-methods.ts';
import { idTokenRoles, privateKeyRoles } from './client/proofs.ts';

const root = join(import.meta.dirname, '..', '..');

describe('other words for inputs', () => {
  const squeezed: readonly string[] = inputNames.map((name) => name.replaceAll('-', ''));

  const words = otherWords.map(([word]) => word);

  test('stand for one input each', () => {
    assert.deepEqual(words, [...new Set(words)]);
  });

  for (const word of words) {
    test(`have ${word} without - and _, and for an input that is not called so`, () => {
      assert.match(word, /^[a-z]+$/);
      assert.ok(!squeezed.includes(word));
    });
  }
});

describe('action.yml', () => {
  interface Metadata {
    readonly branding: Readonly<Record<string, unknown>>;
    readonly inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly runs: Readonly<Record<string, string>>;
  }
  const metadata = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Metadata;
  const { branding, inputs, outputs, runs } = metadata;

  test('declares the inputs that the code reads, in the same order', () => {
    assert.deepEqual(Object.keys(inputs), [...inputNames]);
  });

  test('declares the defaults that the code has, as text', () => {
    const declared = Object.entries(inputs).flatMap(([name, input]) =>
      'default' in input ? [[name, input['default']]] : [],
    );
    assert.deepEqual(Object.fromEntries(declared), inputDefaults);
  });

  test('tells to pass exactly those inputs from secrets that the catalog keeps out of the log', () => {
    const told = inputNames.filter((name) =>
      /\bfrom secrets\b/.test(String(inputs[name]?.['description'])),
    );
    assert.deepEqual(told, secretNames);
  });

  const choices: readonly [input: InputName, values: readonly string[]][] = [
    ['client-auth-method', clientAuthMethods],
    ['private-key-as', privateKeyRoles],
    ['id-token-as', idTokenRoles],
  ];
  for (const [input, values] of choices) {
    test(`names every value of ${input}`, () => {
      const words: readonly string[] = String(inputs[input]?.['description']).match(/\w+/g) ?? [];
      assert.deepEqual(
        values.filter((value) => !words.includes(value)),
        [],
      );
    });
  }

  test('declares the outputs that the code sets, in the same order', () => {
    assert.deepEqual(Object.keys(outputs), [...outputNames]);
  });

  test('describes every input and output in a sentence', () => {
    for (const [name, { description }] of [...Object.entries(inputs), ...Object.entries(outputs)]) {
      assert.match(String(description), /^[A-Z].*\.$/s, name);
    }
  });

  test('runs on Node 24', () => {
    assert.equal(runs['using'], 'node24');
  });

  test('names files to run that are there, each built from a file of src', () => {
    const files = ['pre', 'main', 'post']
      .map((name) => runs[name])
      .filter((file) => file !== undefined);
    assert.notDeepEqual(files, []);
    for (const file of files) {
      const entry = /^dist\/(?<name>[a-z]+)\/index\.js$/.exec(file)?.groups?.['name'] ?? '';
      assert.ok(existsSync(join(root, 'src', `${entry}.ts`)), file);
      assert.ok(existsSync(join(root, file)), file);
    }
  });

  test('has an icon and a colour', () => {
    assert.deepEqual({ ...branding }, { icon: 'lock', color: 'blue' });
  });
});
