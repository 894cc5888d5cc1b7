/** What holds for whatever is written in `parameters` and `headers`. The tables are in pairs.test.ts. */
import assert from 'node:assert/strict';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { writeExactJson } from '../oauth2/json/exact-json.ts';
import type { Parameter } from '../oauth2/request-body.ts';
import { isFieldValue, type ParsedPairs, parseHeaders, parseParameters } from './pairs.ts';
import { renderText } from '../log/text.ts';

function render({ faults }: ParsedPairs<Parameter>): string {
  return faults.map((fault) => renderText(fault, (all) => all)).join('\n');
}

const scraps = fc
  .array(fc.constantFrom('a', 'Bc', '=', ':', ' ', '\t', '"', '{', '}', 'é', '\u{1f511}', '\0'), {
    maxLength: 12,
  })
  .map((some) => some.join(''));
const line = fc.oneof(scraps, fc.string({ unit: 'binary' })).map((text) => {
  return text.replace(/[\r\n]/g, '');
});
const lines = fc.array(line, { maxLength: 6 });
const lineBreak = fc.constantFrom('\n', '\r\n');

const parsers = { parameters: parseParameters, headers: parseHeaders } as const;

for (const [input, parse] of Object.entries(parsers)) {
  describe(`the lines of ${input}`, () => {
    /** A first line with a brace makes the whole a JSON object. */
    const plain = lines.filter((some) => !some.join('\n').trimStart().startsWith('{'));

    test('are read one by one: together they give what each gives alone', () => {
      fc.assert(
        fc.property(plain, lineBreak, (some, between) => {
          fc.pre(some.every((one) => !one.trimStart().startsWith('{')));
          const whole = parse(some.join(between));
          const single = some.map((one) => parse(one));
          assert.deepEqual(
            whole.pairs,
            single.flatMap(({ pairs }) => pairs),
          );
          assert.equal(whole.faults.length, single.flatMap(({ faults }) => faults).length);
        }),
      );
    });

    test('are a pair, a fault with the number of the line, or empty', () => {
      fc.assert(
        fc.property(plain, lineBreak, (some, between) => {
          const { pairs, faults } = parse(some.join(between));
          const written = some.filter((one) => one.trim() !== '');
          assert.equal(pairs.length + faults.length, written.length);
          for (const fault of faults) {
            const number = Number(fault.pieces[0]);
            assert.notEqual((some[number - 1] ?? '').trim(), '');
          }
        }),
      );
    });
  });
}

describe('parameters', () => {
  const name = fc.oneof(scraps, fc.string()).map((text) => text.replace(/[\r\n=]/g, '').trim());
  const value = line;
  const pair = fc.tuple(
    name.filter((text) => text !== '' && !text.startsWith('{')),
    value,
  );
  const pairs = fc.array(pair, { maxLength: 5 });

  test('come back exactly as they were written as lines', () => {
    fc.assert(
      fc.property(pairs, lineBreak, (some, between) => {
        const input = some.map(([one, other]) => `${one}=${other}`).join(between);
        assert.deepEqual(parseParameters(input), { pairs: some, faults: [] });
      }),
    );
  });

  test('are the same as lines and as JSON, where no name is said twice', () => {
    // A name that is a number moves to the front of an object.
    const unique = fc.uniqueArray(
      pair.filter(([one]) => !/^\d+$/.test(one)),
      { selector: ([one]) => one, maxLength: 5 },
    );
    fc.assert(
      fc.property(unique, (some) => {
        const asLines = some.map(([one, other]) => `${one}=${other}`).join('\n');
        const asJson = JSON.stringify(Object.fromEntries(some));
        assert.deepEqual(parseParameters(asJson).pairs, parseParameters(asLines).pairs);
      }),
    );
  });

  test('of a JSON object are exactly its values, whatever is in them', () => {
    const members = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue());
    fc.assert(
      fc.property(members, (object) => {
        const text = JSON.stringify(object);
        const { pairs: read, faults } = parseParameters(text);
        assert.deepEqual(faults, []);
        assert.equal(writeExactJson(Object.fromEntries(read)), text);
      }),
    );
  });

  test('that are refused are not quoted: a fault has no value', () => {
    // A name can be told from it, for it has no lower case letter.
    const secret = fc.stringMatching(/^[a-z]{8,20}$/);
    const refused = fc.oneof(
      secret,
      secret.map((text) => `=${text}`),
      secret.map((text) => `{"NAME": ${'['.repeat(101)}"${text}"${']'.repeat(101)}}`),
      secret.map((text) => `{"NAME": "${text}`),
      secret.map((text) => `{"": "${text}"}`),
      secret.map((text) => `{${text}`),
    );
    fc.assert(
      fc.property(refused, (input) => {
        const parsed = parseParameters(input);
        const [secretText = ''] = /[a-z]{8,}/.exec(input) ?? [];
        assert.ok(parsed.faults.length > 0, input);
        assert.ok(!render(parsed).includes(secretText), render(parsed));
      }),
    );
  });
});

/** Whether node:http would send the header. */
function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

describe('headers', () => {
  const names = fc.oneof(fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,8}$/), line);
  const values = fc.oneof(fc.stringMatching(/^[\x20-\x7e]{0,12}$/), line);

  test('are taken where node:http sends them, and where it does not they are faults', () => {
    fc.assert(
      fc.property(names, values, (rawName, rawValue) => {
        const [name, value] = [rawName.replaceAll(':', ''), rawValue.trim()];
        const written = `${name}: ${value}`;
        const expected = isSendable(name.trim(), value) ? [[name.trim(), value]] : [];
        const { pairs, faults } = parseHeaders(written);
        assert.deepEqual(pairs, expected);
        assert.equal(faults.length, 1 - expected.length);
      }),
      { numRuns: 500 },
    );
  });

  test('have every value that node:http sends, and no other', () => {
    for (let code = 0; code < 0x200; code += 1) {
      const character = String.fromCharCode(code);
      assert.equal(isFieldValue(character), isSendable('x-name', character), `${code}`);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(isFieldValue(text), isSendable('x-name', text));
      }),
    );
  });

  test('that are refused show their number and name, and nothing of the value', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{8,20}$/), (secret) => {
        for (const written of [`X-A: ${secret}\u0007`, `X A: ${secret}`, secret, `: ${secret}`]) {
          const parsed = parseHeaders(written);
          assert.equal(parsed.faults.length, 1);
          assert.ok(!render(parsed).includes(secret), render(parsed));
        }
      }),
    );
  });
});
