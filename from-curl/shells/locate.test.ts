import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Refusal } from '../refusal.ts';
import { Slots } from '../secrets/slots.ts';
import { locateCommand } from './locate.ts';
import { cleanPaste } from './paste.ts';

/** The words of the command in a text, with `«name»` instead of each slot. */
function readWords(text: string): string[] {
  return read(text).words;
}

function read(text: string): {
  words: string[];
  input: string | undefined;
  filters: string[][];
  rest: string;
} {
  const slots = new Slots();
  const show = (word: string): string =>
    word.replace(/[\ue000-\uf8ff]/g, (mark) => `«${slots.get(mark)?.text ?? ''}»`);
  const { words, input, filters, rest } = locateCommand(cleanPaste(text), slots);
  return {
    words: words.map(show),
    input: input === undefined ? undefined : show(input),
    filters: filters.map((filter) => filter.map(show)),
    rest,
  };
}

function refusalOf(text: string): Refusal['reason'] {
  try {
    locateCommand(cleanPaste(text), new Slots());
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
  return assert.fail('it was read');
}

describe('words as sh splits them', () => {
  const rows: readonly [what: string, text: string, words: string[]][] = [
    ['plain words', 'curl -X POST https://a.example', ['-X', 'POST', 'https://a.example']],
    ['single quotes', `curl -d 'a b\\n"c"'`, ['-d', 'a b\\n"c"']],
    ['double quotes', 'curl -d "a \\"b\\" \\$c \\d"', ['-d', 'a "b" $c \\d']],
    ['quotes inside of a word', `curl -d a' 'b" "c`, ['-d', 'a b c']],
    ['an empty word', `curl -d ''`, ['-d', '']],
    ['a backslash', 'curl -d a\\ b\\&c', ['-d', 'a b&c']],
    ['lines that go on', 'curl \\\n  -d \\\n  a', ['-d', 'a']],
    ['spaces behind the backslash that ends a line', 'curl \\  \n  -d a', ['-d', 'a']],
    ['a line that goes on within double quotes', 'curl -d "a\\\nb"', ['-d', 'ab']],
    ['a line break within quotes', `curl -d 'a\nb'`, ['-d', 'a\nb']],
    ['quotes with the escapes of C', `curl -d $'a\\tb\\x41\\u00e9\\'c\\101'`, ['-d', "a\tbAé'cA"]],
    ['variables', 'curl -d "$ID-${SECRET:-x}" $URL', ['-d', '«ID»-«SECRET»', '«URL»']],
    ['no variable within single quotes', `curl -d '$ID'`, ['-d', '$ID']],
    ['a single dollar', 'curl -d "5$ $1"', ['-d', '5$ $1']],
    [
      'substitutions, which are not run',
      'curl -d "$(echo "a)" | wc)" `date`',
      ['-d', '«echo "a)" | wc»', '«date»'],
    ],
    [
      'a placeholder that a shell would read a file for',
      'curl -d id=<your id> x',
      ['-d', 'id=<your id>', 'x'],
    ],
    [
      'a lost quote around data',
      'curl a.example -d a=1&b=2&c[]=3',
      ['a.example', '-d', 'a=1&b=2&c[]=3'],
    ],
    ['a comment', 'curl -d a # -d b\n# -d c', ['-d', 'a']],
    ['redirections', 'curl -d a > out.json 2>&1 </dev/null &>x', ['-d', 'a']],
    [
      'lines without the sign that they go on',
      'curl -X POST\n  -d a\n-H b\n  "https://a.example"',
      ['-X', 'POST', '-d', 'a', '-H', 'b', 'https://a.example'],
    ],
    ['line ends of Windows', 'curl \\\r\n -d a\r\n', ['-d', 'a']],
    ['spaces that do not break', 'curl\u00a0-d\u00a0a', ['-d', 'a']],
    [
      'quotes of a word processor',
      'curl -d \u201ca b\u201d -H \u2018c d\u2019',
      ['-d', 'a b', '-H', 'c d'],
    ],
    ['an expression of a workflow', 'curl -u "${{ vars.ID }}:x"', ['-u', '${{ vars.ID }}:x']],
  ];
  for (const [what, text, words] of rows) {
    test(what, () => {
      assert.deepEqual(readWords(text), words);
    });
  }

  test('a here-document and a here-string are standard input', () => {
    const body = read('curl -d @- <<EOF\n{"a":"$ID"}\nEOF\n{"token":"x"}');
    assert.equal(body.input, '{"a":"«ID»"}\n');
    assert.match(body.rest, /^\s*\{"token"/);
    assert.equal(read("curl -d @- <<'E'\n$ID\nE\n").input, '$ID\n');
    assert.equal(read('curl -d @- <<-E\n\t\ta\n\tE\n').input, 'a\n');
    assert.equal(read('curl -d @- <<< "a b"').input, 'a b\n');
  });
});

describe('words as PowerShell splits them', () => {
  const rows: readonly [what: string, text: string, words: string[]][] = [
    [
      'lines that end in a backtick',
      'curl.exe -X POST `\n  -d "a" `\n  x',
      ['-X', 'POST', '-d', 'a', 'x'],
    ],
    ['doubled single quotes', "curl.exe -d 'it''s' `\n x", ['-d', "it's", 'x']],
    ['doubled double quotes', 'curl.exe -d "a ""b""" `\n x', ['-d', 'a "b"', 'x']],
    ['escapes', 'curl.exe -d "a`tb`$c`"d" `\n x', ['-d', 'a\tb$c"d', 'x']],
    [
      'variables',
      'curl.exe -u "$env:ID:${SECRET}" $($x.url) `\n y',
      ['-u', '«ID»:«SECRET»', '«x.url»', 'y'],
    ],
    [
      'JSON with the backslashes of old versions',
      `curl.exe -d '{\\"a\\":\\"b\\"}' \`\n x`,
      ['-d', '{"a":"b"}', 'x'],
    ],
    [
      'the same in double quotes',
      'curl.exe -d "{\\"a\\":\\"b\\"}" `\n x',
      ['-d', '{"a":"b"}', 'x'],
    ],
    ['a here-string', 'curl.exe x -d @\'\n{"a": 1}\n\'@', ['x', '-d', '{"a": 1}']],
    [
      'a here-string with variables',
      'curl.exe x -d @"\n{"a": "$b"}\n"@',
      ['x', '-d', '{"a": "«b»"}'],
    ],
    ['a result that is kept', "$r = curl.exe -d 'it''s' x", ['-d', "it's", 'x']],
    ['its prompt', "PS C:\\Users\\me> curl.exe -d 'it''s' `\n>> x", ['-d', "it's", 'x']],
  ];
  for (const [what, text, words] of rows) {
    test(what, () => {
      assert.deepEqual(readWords(text), words);
    });
  }
});

describe('words as cmd and the programs of Windows split them', () => {
  const rows: readonly [what: string, text: string, words: string[]][] = [
    [
      'lines that end in a caret',
      'curl -X POST ^\n  -d "a b" ^\n  x',
      ['-X', 'POST', '-d', 'a b', 'x'],
    ],
    ['doubled quotes', 'curl -d "{""a"":""b""}" x', ['-d', '{"a":"b"}', 'x']],
    [
      'quotes behind a backslash',
      'curl ^\n -d "{\\"a\\":\\"b c\\"}" x',
      ['-d', '{"a":"b c"}', 'x'],
    ],
    [
      'variables',
      'curl -u "%CLIENT_ID%:%CLIENT_SECRET%" ^\n x',
      ['-u', '«CLIENT_ID»:«CLIENT_SECRET»', 'x'],
    ],
    ['percent escapes', 'curl ^\n -d "a=%20%C3%A9%AB" x', ['-d', 'a=%20%C3%A9%AB', 'x']],
    ['a caret before a sign', 'curl ^\n -d a^&b^^c', ['-d', 'a&b^c']],
    [
      'the copy that a browser makes',
      'curl ^"https://a.example/t^" ^\n  -H ^"x: y z^" ^\n  --data-raw ^"^{^\\^"a^\\^":1^}^"',
      ['https://a.example/t', '-H', 'x: y z', '--data-raw', '{"a":1}'],
    ],
    ['single quotes, which were meant as quotes', "curl ^\n -d 'a b' x", ['-d', 'a b', 'x']],
    [
      'its prompt and redirection',
      'C:\\Users\\me>curl -d "a b" x > out.json 2>nul',
      ['-d', 'a b', 'x'],
    ],
  ];
  for (const [what, text, words] of rows) {
    test(what, () => {
      assert.deepEqual(readWords(text), words);
    });
  }
});

describe('the command in a text', () => {
  const rows: readonly [what: string, text: string, words: string[]][] = [
    ['behind prompts', '$ curl \\\n> -d a', ['-d', 'a']],
    ['behind the prompt of a machine', 'me@box:~/x$ curl -d a', ['-d', 'a']],
    ['behind assignments', 'ID=x SECRET="y z" curl -d "$ID"', ['-d', '«ID»']],
    ['behind sudo and a path', 'sudo /usr/bin/curl -d a', ['-d', 'a']],
    ['in a substitution', 'TOKEN="$(curl -d a x)"\necho "$TOKEN"', ['-d', 'a', 'x']],
    ['in backticks', 'T=`curl -d a x`', ['-d', 'a', 'x']],
    ['in a fence of Markdown', 'Get a token:\n\n```bash\ncurl -d a\n```\n', ['-d', 'a']],
    ['below a sentence with an apostrophe', "Don't share it.\ncurl -d a", ['-d', 'a']],
    ['below a sentence that names it', 'With curl you can:\ncurl -d a', ['-d', 'a']],
    ['in a sentence', 'Use curl -d a', ['-d', 'a']],
    [
      'with an address that was set before',
      'URL=https://a.example\nAPI_KEY=k\ncurl "$URL/t" -d "$API_KEY"',
      ['https://a.example/t', '-d', '«API_KEY»'],
    ],
  ];
  for (const [what, text, words] of rows) {
    test(what, () => {
      assert.deepEqual(readWords(text), words);
    });
  }

  test('the commands that process its output are separate', () => {
    const { words, filters, rest } = read(`curl -d a | tee x | jq -r '.a|.b'\n{"a":1}`);
    assert.deepEqual(words, ['-d', 'a']);
    assert.deepEqual(filters, [
      ['tee', 'x'],
      ['jq', '-r', '.a|.b'],
    ]);
    assert.equal(rest.trim(), '{"a":1}');
  });

  test('a command that only fetches the ID token of GitHub is ignored', () => {
    const text = [
      'JWT=$(curl -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=a" | jq -r .value)',
      'curl https://a.example -d "subject_token=$JWT"',
    ].join('\n');
    const [url, option, data = ''] = readWords(text);
    assert.deepEqual([url, option], ['https://a.example', '-d']);
    assert.match(data, /^subject_token=«curl .*ACTIONS_ID_TOKEN_REQUEST_URL/);
  });

  const refused: readonly [what: string, text: string, reason: Refusal['reason']][] = [
    ['nothing', ' \n', { code: 'nothing-given' }],
    ['no command', 'wget https://a.example', { code: 'no-curl' }],
    ['two commands', 'curl a.example\ncurl b.example', { code: 'two-commands' }],
    ['two commands in a line', 'curl a.example; curl b.example', { code: 'two-commands' }],
    [
      'only the command for the ID token',
      'curl "$ACTIONS_ID_TOKEN_REQUEST_URL"',
      { code: 'id-token-command' },
    ],
    [
      'a single quote that is not closed',
      "curl \\\n -d 'a",
      { code: 'unfinished-quote', line: 2, quote: "'" },
    ],
    [
      'a double quote that is not closed',
      'curl -d "a',
      { code: 'unfinished-quote', line: 1, quote: '"' },
    ],
    [
      'a double quote of cmd that is not closed',
      'curl ^\n -d "a',
      { code: 'unfinished-quote', line: 2, quote: '"' },
    ],
    [
      'a single quote of PowerShell that is not closed',
      "curl.exe `\n -d 'a",
      { code: 'unfinished-quote', line: 2, quote: "'" },
    ],
    [
      'a backtick that is not closed',
      'curl -d `a',
      { code: 'unfinished-quote', line: 1, quote: '`' },
    ],
    [
      'a substitution that is not closed',
      'curl -d $(a',
      { code: 'unfinished-substitution', line: 1 },
    ],
    [
      'a here-document without end',
      'curl -d @- <<EOF\na',
      { code: 'unfinished-here-document', line: 1 },
    ],
    ['a control character', 'curl -d a\n\u0007', { code: 'control-character', line: 2 }],
    ['an escape of a terminal', 'curl \u001b[31m', { code: 'control-character', line: 1 }],
    ['more than is read', `curl ${'a'.repeat(65_536)}`, { code: 'too-long', limit: 65_536 }],
  ];
  for (const [what, text, reason] of refused) {
    test(`${what} is refused`, () => {
      assert.deepEqual(refusalOf(text), reason);
    });
  }
});
