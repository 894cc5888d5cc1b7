import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMasker } from './masker.ts';
import { OutputReader } from './output.ts';
import { Step } from './step.ts';

function read(lines: string[], { debug = false } = {}): Step {
  const step = new Step(createMasker(), debug);
  const reader = new OutputReader(step);
  for (const line of lines) reader.read(line);
  return step;
}

describe('add-mask', () => {
  test('hides a value from then on, and is not shown itself', () => {
    const step = read(['s3cret', '::add-mask::s3cret', 'now s3cret']);
    assert.equal(step.log, 's3cret\nnow ***\n');
    assert.deepEqual(step.masks, ['s3cret']);
  });

  test('hides each line of a value of several lines', () => {
    const step = read(['::add-mask::first%0Asecond', '<first>', '<second>']);
    assert.equal(step.log, '<***>\n<***>\n');
    assert.deepEqual(step.masks, ['first\nsecond']);
  });

  test('is obeyed in brackets in the middle of a line', () => {
    assert.equal(read(['server said ##[add-mask]o', 'so']).log, 's***\n');
  });

  test('is shown without its value while commands are shown', () => {
    assert.equal(read(['::echo::on', '::add-mask::s3cret']).log, '::add-mask::***\n');
  });

  test('warns of an empty value, and hides nothing', () => {
    const step = read(['::add-mask:: ', 'a b']);
    assert.deepEqual(step.annotations, [
      {
        level: 'warning',
        message: "Can't add secret mask for empty string in ##[add-mask] command.",
      },
    ]);
    assert.deepEqual(step.masks, []);
  });
});

describe('an annotation', () => {
  test('has a level, a title and a masked message, and its message in the log', () => {
    const step = read([
      '::add-mask::s3cret',
      '::error title=a%3Ab,file=x::one s3cret%0Atwo',
      '::warning::careful',
      '::notice::by the way',
    ]);
    assert.deepEqual(step.annotations, [
      { level: 'error', title: 'a:b', message: 'one ***\ntwo' },
      { level: 'warning', message: 'careful' },
      { level: 'notice', message: 'by the way' },
    ]);
    assert.equal(step.log, '##[error]one ***\ntwo\n##[warning]careful\n##[notice]by the way\n');
    assert.equal(step.failed, false);
  });

  test('keeps a secret in its title, because the runner masks only the message', () => {
    const step = read(['::add-mask::s3cret', '::error title=s3cret::x']);
    assert.equal(step.annotations[0]?.title, 's3cret');
  });

  test('is cut to 4,096 characters after masking', () => {
    const step = read([`::error::${'x'.repeat(5000)}`]);
    assert.equal(step.annotations[0]?.message.length, 4096);
  });

  test('is only in the log if there are 10 of its level already', () => {
    const step = read([...Array<string>(11).fill('::error::x'), '::notice::y']);
    assert.equal(step.annotations.length, 11);
    assert.equal(step.log.match(/##\[error\]/g)?.length, 11);
  });

  test('does not exist without a message', () => {
    const step = read(['::error::', '::error:: ']);
    assert.deepEqual(step.annotations, []);
    assert.equal(step.log, '##[error] \n');
  });
});

describe('stop-commands', () => {
  test('turns all commands into plain output until its token', () => {
    const step = read([
      '::stop-commands::the-token',
      '::add-mask::s3cret',
      '::THE-token::',
      '::add-mask::s3cret',
      's3cret',
    ]);
    assert.equal(step.log, '::stop-commands::***\n::add-mask::s3cret\n::THE-token::\n***\n');
    assert.deepEqual(
      step.commands.map(({ command }) => command),
      ['stop-commands', 'the-token', 'add-mask'],
    );
  });

  test('shows a token that is too short to be hidden, and obeys it only once', () => {
    const step = read(['::stop-commands::abc', '::abc::', '::abc::']);
    assert.equal(step.log, '::stop-commands::abc\n::abc::\n::abc::\n');
    assert.equal(step.commands.length, 2);
  });

  for (const token of ['', 'pause-logging', 'Add-Mask']) {
    test(`fails the step for the token "${token}"`, () => {
      const step = read([`::stop-commands::${token}`, '::notice::still obeyed']);
      assert.equal(step.failed, true);
      assert.match(step.errors[0] ?? '', /^You cannot use a endToken/);
      assert.equal(step.annotations.at(-1)?.message, 'still obeyed');
    });
  }
});

describe('the older commands', () => {
  test('set-output and save-state are obeyed, with a warning', () => {
    const step = read(['::set-output name=a::1', '##[save-state name=b]2']);
    assert.deepEqual([...step.outputs], [['a', '1']]);
    assert.deepEqual([...step.state], [['b', '2']]);
    assert.deepEqual(step.deprecations, ['set-output', 'save-state']);
    assert.deepEqual(
      step.annotations.map(({ level, message }) => [level, message.slice(0, 41)]),
      [
        ['warning', 'The `set-output` command is deprecated an'],
        ['warning', 'The `save-state` command is deprecated an'],
      ],
    );
    assert.equal(step.failed, false);
  });

  for (const line of ['::set-env name=A::1', '::add-path::/evil']) {
    test(`${line} is refused, and fails the step`, () => {
      const step = read([line]);
      assert.deepEqual([...step.environment], []);
      assert.deepEqual(step.path, []);
      assert.equal(step.failed, true);
      assert.match(
        step.errors[0] ?? '',
        /^Unable to process command '::.+' successfully\. The `.+` command is disabled\./,
      );
      assert.equal(step.annotations.length, 2);
    });
  }

  test('set-output without a name fails the step', () => {
    const step = read(['::set-output::x']);
    assert.equal(step.failed, true);
    assert.match(step.errors[0] ?? '', /Required field 'name' is missing/);
  });
});

describe('the log', () => {
  test('has groups, and no debug lines', () => {
    const step = read(['::group::Title', 'in', '::endgroup::', '::debug::no', 'out']);
    assert.equal(step.log, '##[group]Title\nin\n##[endgroup]\nout\n');
  });

  test('has debug lines and commands with step debug logging', () => {
    const step = read(['::group::Title', '::debug::one%0Atwo'], { debug: true });
    assert.equal(step.log, '::group::Title\n##[group]Title\n##[debug]one\n##[debug]two\n');
  });

  test('shows commands after echo on, and not after echo off', () => {
    const step = read(['::echo::on', '::endgroup::', '::echo::off', '::endgroup::']);
    assert.equal(step.log, '::endgroup::\n##[endgroup]\n::echo::off\n##[endgroup]\n');
  });

  test('fails the step for another value of echo', () => {
    assert.match(read(['::echo::maybe']).errors[0] ?? '', /Invalid echo command value/);
  });

  test('has an unknown command as plain output', () => {
    const step = read(['::unknown::x']);
    assert.equal(step.log, '::unknown::x\n');
    assert.deepEqual(step.commands, []);
  });

  test('has no marks of the runner that the script wrote itself', () => {
    assert.equal(
      read(['##[start-action x] ##[end-action]']).log,
      '##[\\start-action x] ##[\\end-action]\n',
    );
  });
});
