import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../../test/support/making/fast-check.ts';
import { parseExactJson, writeExactJson } from '../json/exact-json.ts';
import {
  dropListedSecrets,
  fieldNames,
  findField,
  parseResponseFields,
  type ResponseFields,
} from './response-fields.ts';

/** The value at a path. */
function follow(body: unknown, path: string): unknown {
  return findField(body, { access_token: path }, 'access_token')?.value;
}

describe('lines of name=path', () => {
  test('are read with white space, empty lines and further equals signs', () => {
    const { fields, faults } = parseResponseFields(
      '\n access_token = data.token \r\n\nexpires_at=a=b\n  ',
    );
    assert.deepEqual(fields, { access_token: 'data.token', expires_at: 'a=b' });
    assert.deepEqual(faults, []);
  });

  test('have each name once', () => {
    const all = fieldNames.map((name) => `${name}=a.${name}`).join('\n');
    assert.deepEqual(Object.keys(parseResponseFields(all).fields), [...fieldNames]);
    assert.deepEqual(parseResponseFields('scope=a\nscope=b'), {
      fields: { scope: 'a' },
      faults: [{ code: 'repeated_name', line: 2, name: 'scope' }],
    });
  });

  const wrong = {
    data: { code: 'no_path', name: 'data' },
    'access_token=': { code: 'no_path', name: 'access_token' },
    'access_token: data.token': { code: 'no_path', name: 'access_token: data.token' },
    ' token = data': { code: 'unknown_name', name: 'token' },
    'token=data': { code: 'unknown_name', name: 'token' },
    'Access_Token=data': { code: 'unknown_name', name: 'Access_Token' },
    '=data': { code: 'unknown_name', name: '' },
    '__proto__=data': { code: 'unknown_name', name: '__proto__' },
  };
  for (const [line, fault] of Object.entries(wrong)) {
    test(`refuse ${line}`, () => {
      assert.deepEqual(parseResponseFields(`\n${line}`), {
        fields: {},
        faults: [{ ...fault, line: 2 }],
      });
    });
  }
});

describe('a path', () => {
  const body: unknown = JSON.parse(`{
    "token": "top", "data": {"token": "nested", "": "unnamed"}, "a.b": "whole", "a": {"b": "parts"},
    "list": [{"value": "first"}, "second"], "0": {"x": "zero"}, ".": "a dot", "text": "abc", "number": 12,
    "__proto__": {"own": "own"}
  }`);
  const found: Readonly<Record<string, unknown>> = {
    token: 'top',
    'data.token': 'nested',
    'data.': 'unnamed',
    'a.b': 'whole',
    'list.0.value': 'first',
    'list.1': 'second',
    '0.x': 'zero',
    '.': 'a dot',
    '__proto__.own': 'own',
    number: 12,
  };
  for (const [path, value] of Object.entries(found)) {
    test(`${path} leads to ${String(value)}`, () => {
      assert.equal(follow(body, path), value);
    });
  }

  const nowhere = [
    ...['none', 'data.none', 'token.none', 'data..token', '.data', 'list.2', 'list.-1', 'list.00'],
    ...['list.length', 'text.0', 'text.length', 'number.source', 'constructor', 'toString.name'],
    ...['data.__proto__', 'list.constructor.name', 'hasOwnProperty', 'list[0].value', '..', '$'],
  ];
  for (const path of nowhere) {
    test(`${path} leads nowhere`, () => {
      assert.equal(findField(body, { access_token: path }, 'access_token'), undefined);
    });
  }

  test('begins with an index in a list that is the whole body', () => {
    assert.equal(follow([{ token: 'x' }], '0.token'), 'x');
    assert.equal(follow(['x'], '0'), 'x');
    assert.equal(follow([], '0'), undefined);
    assert.equal(follow('abcdefghijkl'.split(''), '10'), 'k');
    assert.equal(follow(['x'], 'length'), undefined);
  });

  test('of one dot is a whole body that is a text', () => {
    const place = findField('abc', { access_token: '.' }, 'access_token');
    assert.deepEqual(place, { steps: [], value: 'abc' });
    assert.equal(follow({ token: 'x' }, '.'), undefined);
    assert.equal(follow(['x'], '.'), undefined);
  });

  test('leads to a number with its digits, and not into it', () => {
    const number = parseExactJson('{"n":9007199254740993}');
    assert.equal(writeExactJson(follow(number, 'n')), '9007199254740993');
    assert.equal(follow(number, 'n.source'), undefined);
  });
});

describe('a name that is not listed', () => {
  test('keeps its standard place at the top', () => {
    const body = { access_token: 'x', scope: 's', data: { access_token: 'y' } };
    assert.equal(findField(body, {}, 'access_token')?.value, 'x');
    assert.equal(findField(body, { access_token: 'data.access_token' }, 'scope')?.value, 's');
    assert.equal(findField({}, {}, 'scope'), undefined);
  });

  test('is not there if it is expires_in_ms', () => {
    assert.equal(findField({ expires_in_ms: 1000 }, {}, 'expires_in_ms'), undefined);
  });

  test('is not read as another unit than the one listed for its place', () => {
    const body = { expires_in: 900_000, expires_at: 1 };
    const inMilliseconds = { expires_in_ms: 'expires_in' };
    assert.equal(findField(body, inMilliseconds, 'expires_in'), undefined);
    assert.equal(findField(body, inMilliseconds, 'expires_in_ms')?.value, 900_000);
    assert.equal(findField(body, { expires_in: 'expires_at' }, 'expires_at'), undefined);
    assert.equal(findField(body, { expires_in_ms: 'other' }, 'expires_in')?.value, 900_000);
  });
});

describe('the body without the listed secrets', () => {
  const body = {
    data: { token: 'x', user: { id: 7 }, list: ['a', 'b'] },
    refresh: 'y',
    expires: 3600,
  };

  test('has every other field', () => {
    const fields = { access_token: 'data.token', refresh_token: 'refresh', expires_in: 'expires' };
    assert.deepEqual(dropListedSecrets(body, fields), {
      data: { user: { id: 7 }, list: ['a', 'b'] },
      expires: 3600,
    });
  });

  test('has null for an item of a list, so that the others keep their indexes', () => {
    const fields = { access_token: 'data.list.0', id_token: 'data.list.1' };
    assert.deepEqual(dropListedSecrets(body, fields), {
      ...body,
      data: { ...body.data, list: [null, null] },
    });
    assert.deepEqual(dropListedSecrets([{ token: 'x', n: 1 }], { access_token: '0.token' }), [
      { n: 1 },
    ]);
  });

  test('is the same in every order if one place contains another', () => {
    const outer = { access_token: 'data.user', refresh_token: 'data.user.id' };
    const inner = { access_token: 'data.user.id', refresh_token: 'data.user' };
    const rest = { ...body, data: { token: 'x', list: ['a', 'b'] } };
    assert.deepEqual(dropListedSecrets(body, outer), rest);
    assert.deepEqual(dropListedSecrets(body, inner), rest);
  });

  test('has no error if an item of a list contained another place', () => {
    const list = [{ x: 'x' }, 'b'];
    const fields = { access_token: 'list.0', refresh_token: 'list.0.x' };
    assert.deepEqual(dropListedSecrets({ list }, fields), { list: [null, 'b'] });
  });

  test('has the field at a standard place that is not listed', () => {
    const secrets = { access_token: 'x', refresh_token: 'y' };
    assert.deepEqual(dropListedSecrets(secrets, { access_token: 'access_token' }), {
      refresh_token: 'y',
    });
  });

  test('is the body itself if the places do not exist or nothing is listed', () => {
    assert.deepEqual(dropListedSecrets(body, {}), body);
    assert.deepEqual(dropListedSecrets(body, { access_token: 'none.at.all' }), body);
  });
});

describe('in any JSON', () => {
  type Path = (string | number)[];
  /** Names that are not ambiguous in a path. Some are names of prototypes. */
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '0', 'token', 'data', ' '),
    fc.string({ unit: 'binary', maxLength: 5 }).filter((text) => !text.includes('.')),
  );
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      fc.array(tie('json'), { maxLength: 3 }),
      // Made as JSON.parse() makes it: __proto__ is a field.
      fc.array(fc.tuple(name, tie('json')), { maxLength: 4 }).map((all) => Object.fromEntries(all)),
    ),
  }));

  /** Every place in a value, and the value there, found in another way than the module does. */
  function listPlaces(value: unknown, at: Path = []): [Path, unknown][] {
    if (typeof value !== 'object' || value === null) return [[at, value]];
    const inner = Array.isArray(value)
      ? value.flatMap((item, index) => listPlaces(item, [...at, index]))
      : Reflect.ownKeys(value).flatMap((key) =>
          listPlaces(Reflect.get(value, key), [...at, String(key)]),
        );
    return [[at, value], ...inner];
  }

  test('each place is found by its path, exactly', () => {
    fc.assert(
      fc.property(json, (body) => {
        for (const [at, value] of listPlaces(body)) {
          const path = at.join('.');
          // A field with an empty name inside another one looks like the whole body.
          if (at.length > 0 && path !== '.') assert.deepEqual(follow(body, path), value, path);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a path leads only to places that exist', () => {
    const path = fc.oneof(
      fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('.')),
      fc.string(),
    );
    fc.assert(
      fc.property(json, path, (body, written) => {
        const place = findField(body, { access_token: written }, 'access_token');
        if (place === undefined || written === '.') return;
        const values = listPlaces(body).filter(([at]) => at.join('.') === written);
        assert.ok(values.some(([, value]) => value === place.value));
      }),
      { numRuns: 500 },
    );
  });

  test('what is dropped is gone, and everything else stays', () => {
    const pick = fc.nat();
    fc.assert(
      fc.property(json, pick, pick, (body, one, other) => {
        const before = JSON.stringify(body);
        const places = listPlaces(body).filter(([at]) => at.length > 0);
        const [first, second] = [places[one % places.length], places[other % places.length]];
        if (first === undefined || second === undefined) return;
        const chosen = [first[0], second[0]];
        const [access_token = '', refresh_token = ''] = chosen.map((at) => at.join('.'));
        const fields: ResponseFields = { access_token, refresh_token };
        const rest = dropListedSecrets(body, fields);
        assert.equal(JSON.stringify(body), before, 'the body itself was changed');
        const isWithin = (at: Path): boolean =>
          chosen.some((steps) => steps.every((step, index) => String(at[index]) === String(step)));
        const kept = listPlaces(body).filter(([at, value]) => !isWithin(at) && !isObject(value));
        const left = listPlaces(rest).filter(([at, value]) => !isWithin(at) && !isObject(value));
        assert.deepEqual(left, kept);
        for (const [at, value] of listPlaces(rest)) {
          if (isWithin(at)) assert.equal(value, null, at.join('.'));
        }
      }),
      { numRuns: 500 },
    );
  });

  function isObject(value: unknown): boolean {
    return typeof value === 'object' && value !== null;
  }
});
