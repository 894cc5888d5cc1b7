/** CONTRIBUTING.md and the templates name only what exists. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { fileExists, readText } from '../support/making/examples.ts';

const { scripts } = JSON.parse(readText('package.json')) as {
  scripts: Readonly<Record<string, string>>;
};

for (const page of ['CONTRIBUTING.md', '.github/pull_request_template.md']) {
  const text = readText(page);

  describe(page, () => {
    test('names files and folders that exist', () => {
      const named = [
        ...text.matchAll(/(?<![\w./-])[\w.-]*\/[\w./-]*\w\/?|\b[\w-]+\.(?:md|yml|json)\b/g),
      ]
        .map(([path]) => path)
        .filter((path) =>
          /^(\.github|demo|dist|docs|examples|from-curl|src|test|tools)\/|^[\w-]+\.\w+$/.test(path),
        );
      assert.ok(named.length > 0);
      assert.deepEqual(
        named.filter((path) => !fileExists(path)),
        [],
      );
    });

    test('names commands that package.json has', () => {
      const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(
        ([, name = '']) => name,
      );
      assert.ok(named.length > 0);
      assert.deepEqual(
        named.filter((name) => scripts[name] === undefined),
        [],
      );
    });
  });
}

interface ArrowRule {
  readonly name: string;
  readonly comment?: string;
}

/** The rows of the picture: a room, and what it may import from. */
function readPicture(): Map<string, readonly string[]> {
  const rows = [...readText('CONTRIBUTING.md').matchAll(/^([\w-]+)\/ .* -> (.+)$/gm)].map(
    ([, room = '', targets = '']) => [room, targets.split(' ')] as const,
  );
  return new Map(rows);
}

/** What the rule of each room allows, without the room itself. */
async function readRules(): Promise<Map<string, readonly string[]>> {
  const file = new URL('../../.dependency-cruiser.mjs', import.meta.url).href;
  const { default: config } = (await import(file)) as {
    default: { forbidden: readonly ArrowRule[] };
  };
  const rules = config.forbidden.filter(({ comment = '' }) => comment.startsWith('src/'));
  return new Map(
    rules.map(({ name, comment = '' }) => {
      const [, list = ''] = /may import only from: (.*)\.$/.exec(comment) ?? [];
      return [name.replace('arrows-from-', ''), list.split(', ').slice(1)] as const;
    }),
  );
}

describe('the picture of the rooms', () => {
  test('shows the arrows that the rules allow, and no other', async () => {
    const rules = await readRules();
    const picture = readPicture();
    assert.deepEqual([...picture.keys()].sort(), [...rules.keys()].sort());
    const below = ['surroundings.ts', 'clock.ts', ...picture.keys()].filter(
      (room) => room !== 'action',
    );
    for (const [room, targets] of picture) {
      const shown =
        targets.join(' ') === 'everything below'
          ? below
          : targets.filter((each) => each !== 'nothing');
      assert.deepEqual(shown.toSorted(), rules.get(room)?.toSorted(), room);
    }
  });
});
