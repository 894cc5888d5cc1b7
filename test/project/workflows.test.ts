/** Every workflow of the project, and every one in its pages, by the parser that GitHub itself uses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  fileExists,
  isCompositeAction,
  isObject,
  listFiles,
  parse,
  readExample,
  readPage,
  type Source,
} from '../support/making/examples.ts';
import { complainOfAction, complainOfWorkflow } from '../support/doubles/workflow-parser.ts';

const files = [
  ...listFiles('examples', /(?<!\/action)\.yml$/),
  ...listFiles('.github/workflows', /\.ya?ml$/),
  ...listFiles('test/workflows', /\.ya?ml$/),
].map(readExample);

const actions = listFiles('examples', /\/action\.yml$/).map(readExample);

const pages = ['README.md', 'CONTRIBUTING.md'].filter(fileExists);
const pieces = [...pages, ...listFiles('docs', /\.md$/)].flatMap(readPage);

/** A piece of a page as a complete workflow. A list of steps is put into one; undefined if it is neither. */
function complete(source: Source): Source | undefined {
  const { name, yaml } = source;
  const value = parse(source);
  if (isSteps(value)) return { name, yaml: `${frame}\n${indent(yaml, 6)}` };
  if (!isObject(value) || !('jobs' in value)) return undefined;
  return { name, yaml: 'on' in value ? yaml : `on: push\n${yaml}` };
}

const frame = `on: push
jobs:
  job:
    runs-on: ubuntu-latest
    steps:`;

/** Declares the inputs that a part of an action reads, unless it does so itself. */
function inputsOf({ yaml }: Source): string {
  if (/^inputs:/m.test(yaml)) return '';
  const names = new Set([...yaml.matchAll(/inputs\.([\w-]+)/g)].map(([, name = '']) => name));
  return ['inputs:', ...[...names].map((name) => `  ${name}: { description: An input }`), ''].join(
    '\n',
  );
}

function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces));
}

function isSteps(value: unknown): value is unknown[] {
  return (
    Array.isArray(value) &&
    value.every((each) => isObject(each) && ('uses' in each || 'run' in each))
  );
}

/** The values under a key, anywhere in a piece of YAML. */
function collect(value: unknown, key: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => collect(each, key));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === key && typeof each === 'string' ? [each] : collect(each, key),
  );
}

/** The values under a key of a source, as texts. */
function collectFrom(source: Source, key: string): string[] {
  return collect(parse(source), key);
}

/** This action, by its name in the pages, or by its path. */
const own = /^(\.\/|org\/oauth2-token@|\.\/\.github\/)/;

/** A full commit, with its version in a comment. */
const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} +# v\d+\.\d+\.\d+$/;

/** The actions that a source uses, as written, with the rest of the line. */
function listUses({ yaml }: Source): string[] {
  return [...yaml.matchAll(/^[ -]*uses: *(.+?) *$/gm)].map(([, use = '']) => use);
}

describe("GitHub's parser", () => {
  for (const file of files) {
    test(`accepts ${file.name}`, async () => {
      assert.deepEqual(await complainOfWorkflow(file), []);
    });
  }

  for (const piece of pieces) {
    const workflow = complete(piece);
    if (workflow === undefined) continue;
    test(`accepts ${piece.name}`, async () => {
      assert.deepEqual(await complainOfWorkflow(workflow), []);
    });
  }

  for (const action of [readExample('action.yml'), ...actions]) {
    test(`accepts ${action.name}`, () => {
      assert.deepEqual(complainOfAction(action), []);
    });
  }

  for (const piece of pieces.filter((each) => isCompositeAction(parse(each)))) {
    test(`accepts ${piece.name} as a part of an action`, () => {
      const yaml = `name: Action\ndescription: An action\n${inputsOf(piece)}${piece.yaml}`;
      assert.deepEqual(complainOfAction({ name: piece.name, yaml }), []);
    });
  }

  for (const [fault, yaml, complaint] of [
    ['a line that is no YAML', `${frame}\n      - run: echo a: b`, /Nested mappings/],
    ['an unknown event', frame.replace('push', 'pushed'), /Unexpected value 'pushed'/],
    [
      'an unknown context',
      `${frame}\n      - run: echo\n        env: { A: '\${{ secret.A }}' }`,
      /secret/,
    ],
    ['a step of nothing', `${frame}\n      - name: nothing`, /not enough info/],
  ] as const) {
    test(`reports ${fault}`, async () => {
      const [first = ''] = await complainOfWorkflow({ name: fault, yaml });
      assert.match(first, complaint);
    });
  }
});

describe('no script has an expression in it, because its value would be run as a part of the script', () => {
  for (const source of [...files, ...actions, ...pieces]) {
    test(source.name, () => {
      assert.deepEqual(
        ['run', 'script']
          .flatMap((key) => collectFrom(source, key))
          .filter((script) => script.includes('${{')),
        [],
      );
    });
  }
});

describe('every action but our own is pinned to a commit, with its version in a comment', () => {
  for (const source of [...files, ...actions, ...pieces]) {
    test(source.name, () => {
      const uses = listUses(source);
      assert.equal(uses.length, collectFrom(source, 'uses').length, 'a uses: of another form');
      assert.deepEqual(
        uses.filter((use) => !own.test(use) && !pinned.test(use)),
        [],
      );
    });
  }
});
