import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** Pieces that can make a reader slow: quotes, escapes, operators, placeholders, JSON, repeated many times. */
const pieces = [
  "'",
  '"',
  '\\',
  '\\\n',
  '`',
  '`\n',
  '^',
  '^\n',
  '$',
  '$(',
  '$(a)',
  '${',
  '${a',
  '${{',
  '${{ a }}',
  '$a',
  '%a',
  '%ab%',
  '<',
  '<a',
  '<a>',
  '<<A\n',
  '{',
  '{a}',
  '{{a',
  '[',
  '{"a":',
  '"a":"b",',
  '/*',
  '...',
  '|',
  '| jq .a ',
  '&',
  '&a',
  '&a=b',
  '=',
  ';',
  '>',
  '#',
  '\n',
  '\n-d a',
  ' -d a=b',
  ' -H a:b',
  '-',
  '.a',
  ':a',
  '/a',
  '\\a/',
  ' a',
  'a ',
  'a',
  'A_',
  'a1',
  'x',
  'xxx-',
  'your_',
  '__a',
  '@@a',
  '%20',
  '+',
  'curl',
  'curl ',
  '\ncurl ',
  '\na=b',
  "\na='",
  '\na=$(',
  'a@a$ ',
  'PS >',
  '\nHTTP/1.1 200 OK',
  'eyJ.',
  'urn:',
];

/** Commands that bring the pieces to the readers of shells and of values. */
const beginnings = [
  'curl ',
  "curl '",
  'curl.exe `\n"',
  'curl ^\n"',
  "curl https://a.example -d 'a=",
  'curl https://a.example\n{"a":"',
];

const ends = ["'", '"}\''];

/** The size in characters. At this size, an effort that grows with the square takes a minute for a few texts. */
const size = 60_000;

const script = `
  import { convertCurl } from '${new URL('convert.ts', import.meta.url).href}';
  import { explainRefusal } from '${new URL('wording.ts', import.meta.url).href}';
  const { pieces, beginnings, ends, size } = JSON.parse(process.argv[1]);
  for (const piece of pieces) {
    for (const beginning of beginnings) {
      console.log(JSON.stringify([piece, beginning]));
      for (const end of ends) {
        const text = beginning + piece.repeat(size / piece.length) + end;
        try {
          convertCurl(text);
        } catch (error) {
          if (error.name !== 'Refusal') throw error;
          const line = explainRefusal(error.reason);
          if (!/^[^\\n]{10,400}$/.test(line)) throw error;
        }
      }
    }
  }
`;

test('the effort for a hostile text does not grow with the square of its length, and each ends in one line', () => {
  const given = JSON.stringify({ pieces, beginnings, ends, size });
  // A separate process can be ended while a regular expression runs.
  const { error, status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script, given],
    { encoding: 'utf8', timeout: 120_000 },
  );
  const last = stdout.trim().split('\n').at(-1) ?? '';
  assert.equal(error, undefined, `stuck at many times ${last}`);
  assert.equal(status, 0, `${last}\n${stderr}`);
});
