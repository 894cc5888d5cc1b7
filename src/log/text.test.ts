import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import {
  got,
  joinTexts,
  makeHarmless,
  type Redact,
  renderText,
  sentence,
  showInput,
  text,
  type Text,
} from './text.ts';

const showAll: Redact = (all) => all;
const hide =
  (...secrets: readonly string[]): Redact =>
  (all) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), all);

/** Characters that are invisible in a test, written by their number. */
const point = (...codes: readonly number[]): string => String.fromCodePoint(...codes);

describe('makeHarmless', () => {
  const harmless: readonly [what: string, outside: string, shown: string][] = [
    [
      'a plain text as it is',
      'Client authentication failed (AADSTS7000215).',
      'Client authentication failed (AADSTS7000215).',
    ],
    ['letters of other scripts and emoji as they are', 'Größe, 認証, 👩', 'Größe, 認証, 👩'],
    ['single colons, hashes and brackets as they are', 'a: b #[c] ## d', 'a: b #[c] ## d'],
    ['a command of the runner broken', '##[set-output name=token]x', '# #[set-output name=token]x'],
    ['a command in the middle of a line broken', 'oh ##[error]x', 'oh # #[error]x'],
    ['a command behind more hashes broken', '####[error]', '### #[error]'],
    [
      'two colons as they are',
      'arn:aws:iam::123456789012:role/ci',
      'arn:aws:iam::123456789012:role/ci',
    ],
    ['line breaks as spaces', 'a\nb\rc\r\nd', 'a b c  d'],
    ['a line and a paragraph separator as spaces', `a${point(0x2028)}b${point(0x2029)}c`, 'a b c'],
    [
      'a next-line character, a vertical tab and a form feed as spaces',
      `a${point(0x85)}b\vc\fd`,
      'a b c d',
    ],
    [
      'the escape of a terminal sequence as a space',
      `${point(0x1b)}[31mred${point(0x9b)}0m`,
      ' [31mred 0m',
    ],
    ['a null character and a backspace as spaces', `a${point(0)}b${point(8)}c`, 'a b c'],
    [
      'bidirectional overrides and isolates as spaces',
      `a${point(0x202e)}b${point(0x2066)}c${point(0x200f)}d`,
      'a b c d',
    ],
    [
      'zero-width characters as spaces',
      `a${point(0x200b)}b${point(0x200d)}c${point(0xfeff)}d`,
      'a b c d',
    ],
    ['a soft hyphen as a space', `a${point(0xad)}b`, 'a b'],
    ['tag characters as spaces', `a${point(0xe0041)}b`, 'a b'],
    ['halves of a surrogate pair as spaces', 'a\ud83db\udc69c', 'a b c'],
    ['nothing of an empty text', '', ''],
  ];
  for (const [what, outside, shown] of harmless) {
    test(`shows ${what}`, () => {
      assert.equal(makeHarmless(outside, showAll), shown);
    });
  }

  test('breaks a command that was hidden by an invisible character', () => {
    assert.equal(makeHarmless(`#${point(0x200b)}##[x]`, showAll), '# # #[x]');
  });

  test('keeps 300 characters and says that there were more', () => {
    assert.equal(makeHarmless('x'.repeat(300), showAll), 'x'.repeat(300));
    assert.equal(makeHarmless('x'.repeat(301), showAll), `${'x'.repeat(300)}...`);
  });

  test('counts code points, so that no character is cut in two', () => {
    assert.equal(makeHarmless('👩'.repeat(300), showAll), '👩'.repeat(300));
    assert.equal(makeHarmless('👩'.repeat(301), showAll), `${'👩'.repeat(300)}...`);
  });

  describe('hides secrets before it does anything else', () => {
    const hidden: readonly [what: string, secret: string, outside: string, shown: string][] = [
      ['one with a command in it', 'se##[cret', 'is se##[cret', 'is ***'],
      ['one with two colons in it', 'se::cret', 'is se::cret', 'is ***'],
      ['one with a line break in it', 'sec\nret', 'is sec\nret', 'is ***'],
      ['one that would be cut', 'secret', `${'x'.repeat(297)}secret`, `${'x'.repeat(297)}***`],
      [
        'one that lies behind the cut',
        'secret',
        `${'x'.repeat(310)}secret`,
        `${'x'.repeat(300)}...`,
      ],
    ];
    for (const [what, secret, outside, shown] of hidden) {
      test(what, () => {
        assert.equal(makeHarmless(outside, hide(secret)), shown);
      });
    }
  });
});

describe('renderText', () => {
  const render = (line: Text, ...secrets: readonly string[]): string =>
    renderText(line, hide(...secrets));

  test('writes words, texts from outside and numbers', () => {
    assert.equal(
      render(text`Attempt ${2} of ${4} failed: ${'503'}.`),
      'Attempt 2 of 4 failed: 503.',
    );
  });

  test('writes a text without pieces, and an empty one', () => {
    assert.equal(render(text`As it is.`), 'As it is.');
    assert.equal(render(text``), '');
  });

  test('makes each text from outside harmless', () => {
    assert.equal(render(text`a ${'x\ny'} b ${'##[z]'}`), 'a x y b # #[z]');
  });

  test('cuts each text from outside separately, never the words around it', () => {
    const long = 'x'.repeat(400);
    const cut = `${'x'.repeat(300)}...`;
    assert.equal(render(text`a ${long}, b ${long}.`), `a ${cut}, b ${cut}.`);
  });

  test('does not cut a text because it has many pieces', () => {
    const part = 'x'.repeat(300);
    assert.equal(render(text`${text`${part}${part}`}${part}`), part.repeat(3));
  });

  test('writes texts within texts, and makes their contents harmless', () => {
    const inner = text`(${'x\n##[y]'})`;
    assert.equal(render(text`<${text`[${inner}]`}>`), '<[(x # #[y])]>');
  });

  const split: readonly [what: string, line: Text, rendered: string][] = [
    ['in one piece and ends in the next', text`${'#'}${'#[error]'}`, '# #[error]'],
    ['in two pieces and ends in a third', text`${'#'}${'#'}${'[error]'}`, '# #[error]'],
    ['in the words and ends in a piece', text`#${'#[error]'}`, '# #[error]'],
    ['in a piece and ends in the words', text`${'##'}[error]`, '# #[error]'],
    ['in a text within and ends outside of it', text`${text`${'##'}`}${'[error]'}`, '# #[error]'],
    ['with a colon in each of two pieces', text`${':'}${':error'}`, ': :error'],
    ['with a colon of the words', text`:${':error'}`, ': :error'],
    ['in a text within', text`${text`${'::error'}`}`, ': :error'],
    ['behind white space', text`${`\t${point(0xa0)}::error::x`}`, ` ${point(0xa0)}: :error::x`],
    ['behind a text that is empty', text`${''}${'::error::x'}`, ': :error::x'],
    ['behind what is not printed', text`${`${point(0xfeff)}\n::error`}`, '  : :error'],
  ];
  for (const [where, line, rendered] of split) {
    test(`breaks a command that begins ${where}`, () => {
      assert.equal(render(line), rendered);
    });
  }

  test('leaves two colons as they are elsewhere, because the runner reads them only at the start of a line', () => {
    assert.equal(render(text`got: ${'::a'}::${text`::${'b::c'}`}`), 'got: ::a::::b::c');
  });

  test('hides a secret that begins in one piece and ends in the next', () => {
    assert.equal(render(text`a ${'sec'}${'ret'} b`, 'secret'), 'a *** b');
    assert.equal(render(text`a sec${'ret'} b`, 'secret'), 'a *** b');
  });

  test('hides a secret that appears only when an invisible character is removed', () => {
    assert.equal(render(text`${`pass${point(0x200b)}word`}`, 'pass word'), '***');
  });
});

describe('an excerpt', () => {
  test('is taken after the secrets were hidden, and is made harmless', () => {
    const take = (all: string): string => all.replace(/<[^>]*>/g, '').slice(0, 9);
    const line = text`"${{ outside: '<b>pa<ss>word</b>\n##[x]', take }}"`;
    assert.equal(renderText(line, hide('pa<ss>word')), '"*** # #[x]"');
  });

  test('has a secret hidden that appears only in the excerpt', () => {
    const line = text`${{ outside: 'pass<b>word', take: (all) => all.replace('<b>', '') }}`;
    assert.equal(renderText(line, hide('password')), '***');
  });
});

describe('a sentence from outside', () => {
  const rows: readonly [outside: string, shown: string][] = [
    ['No such client.', 'No such client'],
    ['No such client...', 'No such client'],
    ['No. Such client', 'No. Such client'],
    [' \r\nNo such client.\r\nTrace: 1.', 'No such client'],
    ['No such\rclient', 'No such'],
    ['...', ''],
    ['', ''],
    ['##[error]no.', '# #[error]no'],
  ];
  for (const [outside, shown] of rows) {
    test(`is its first line, without full stops at the end: ${JSON.stringify(outside)}`, () => {
      assert.equal(renderText(text`"${sentence(outside)}"`, showAll), `"${shown}"`);
    });
  }

  test('has its secrets hidden first, because a secret may end in a full stop or continue in the next line', () => {
    const line = text`${sentence('not p4ssw.rd., not one\ntwo.')}`;
    assert.equal(renderText(line, hide('p4ssw.rd.', 'one\ntwo')), 'not ***, not ***');
  });

  test('takes an effort that grows only with its length', () => {
    // An effort that grows with its square would take minutes.
    const line = text`${sentence(`${'.'.repeat(1_000_000)}x`)}`;
    assert.equal(renderText(line, showAll), `${'.'.repeat(300)}...`);
  });
});

describe('the value of an input', () => {
  test('is shown as a whole or not at all, because no mask matches a part of a secret', () => {
    const longest = 'x'.repeat(300);
    assert.equal(renderText(text`${got(longest)}`, showAll), `got "${longest}"`);
    assert.equal(renderText(text`${got(`${longest}y`)}`, showAll), 'got 301 characters');
    assert.equal(renderText(showInput(longest), showAll), longest);
    assert.equal(renderText(showInput(`${longest}y`), showAll), '(301 characters)');
  });
});

describe('joinTexts', () => {
  const join = (texts: readonly Text[]): string => renderText(joinTexts(texts, '; '), showAll);

  const rows: readonly [what: string, texts: readonly Text[], joined: string][] = [
    ['none', [], ''],
    ['one', [text`a`], 'a'],
    ['several', [text`a`, text`${'b'}`, text`c ${3}`], 'a; b; c 3'],
  ];
  for (const [what, texts, joined] of rows) {
    test(`joins ${what}`, () => {
      assert.equal(join(texts), joined);
    });
  }
});

describe('whatever comes from outside', () => {
  /** The characters of commands, secrets and their ends, so that they often meet. */
  const outside = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '#',
          '[',
          ']',
          ':',
          '##[',
          '::',
          '\n',
          '\r',
          ' ',
          point(0x2028),
          point(0x200b),
          '\ud83d',
          'a',
          'b',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));
  /** Without white space. The space that breaks a command can form a secret, but then nobody printed that secret. */
  const secret = fc
    .array(fc.constantFrom('#', '[', ':', 'a', 'b', 'c'), { minLength: 4, maxLength: 8 })
    .map((parts) => parts.join(''));
  const { line } = fc.letrec<{ line: Text; piece: string | number | Text }>((tie) => ({
    line: fc.array(tie('piece'), { maxLength: 5 }).chain((pieces) =>
      fc
        .array(fc.constantFrom('', 'a', ' ', ':', '#', '['), {
          minLength: pieces.length + 1,
          maxLength: pieces.length + 1,
        })
        .map((words) => ({ words, pieces })),
    ),
    piece: fc.oneof({ depthSize: 'small' }, outside, fc.nat(), tie('line')),
  }));

  test('the line has no line break, no command and no secret', () => {
    fc.assert(
      fc.property(line, fc.array(secret, { maxLength: 3 }), (anyLine, secrets) => {
        const rendered = renderText(anyLine, hide(...secrets));
        assert.doesNotMatch(rendered, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.ok(!rendered.includes('##['), rendered);
        assert.doesNotMatch(rendered, /^\s*::/);
        for (const one of secrets) assert.ok(!rendered.includes(one), rendered);
      }),
      { numRuns: 1000 },
    );
  });
});
