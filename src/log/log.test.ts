import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createFakeRunner, type FakeRunner } from '../../test/support/doubles/fakes.ts';
import { Log } from './log.ts';
import { text } from './text.ts';

function createLog(...secrets: readonly string[]): { log: Log; runner: FakeRunner } {
  const runner = createFakeRunner();
  const log = new Log(runner);
  secrets.forEach((secret) => {
    log.mask(secret);
  });
  return { log, runner };
}

describe('Log', () => {
  test('passes secrets to the runner in their order, before the lines after them', () => {
    const { log, runner } = createLog('first-secret', 'second');
    log.say(text`A line.`);
    log.mask('the-token');
    log.say(text`Another.`);
    assert.deepEqual(runner.calls, [
      'mask first-secret',
      'mask second',
      'info A line.',
      'mask the-token',
      'info Another.',
    ]);
  });

  test('masks a secret once', () => {
    const { runner } = createLog('the-secret', 'another', 'the-secret');
    assert.deepEqual(runner.calls, ['mask the-secret', 'mask another']);
  });

  test('ignores an empty secret, which would hide everything', () => {
    const { log, runner } = createLog('');
    log.say(text`got ${'abc'}`);
    assert.deepEqual(runner.calls, ['info got abc']);
  });

  for (const [order, secrets] of [
    ['shorter first', ['secret', 'secret-and-more']],
    ['longer first', ['secret-and-more', 'secret']],
  ] as const) {
    test(`hides a secret that contains another one as a whole, given the ${order}`, () => {
      const { log, runner } = createLog(...secrets);
      log.say(text`got ${'secret-and-more'}, ${'secret'}`);
      assert.equal(runner.calls.at(-1), 'info got ***, ***');
    });
  }

  test('hides every occurrence of a secret, also in words of the action', () => {
    const { log, runner } = createLog('cafe');
    log.say(text`cafe ${'cafe cafe'}`);
    assert.equal(runner.calls.at(-1), 'info *** *** ***');
  });

  test('takes the characters of a secret as they are, not as a pattern', () => {
    const { log, runner } = createLog('a.c$&');
    log.say(text`${'abc$& a.c$&'}`);
    assert.equal(runner.calls.at(-1), 'info abc$& ***');
  });

  describe('hides a secret before a text is cut, in the spelling', () => {
    const secret = 'pa<ss>&w/or d+"quo\\te~d" x=1;%41#e';
    const writings: readonly (readonly [what: string, written: string])[] = [
      ['of a URI', encodeURIComponent(secret)],
      [
        'of XML',
        secret
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;'),
      ],
      ['of base64', Buffer.from(secret).toString('base64')],
      ['of hex', Buffer.from(secret).toString('hex')],
    ];
    for (const [what, written] of writings) {
      test(what, () => {
        const { log, runner } = createLog(secret);
        log.say(text`got ${'x'.repeat(270) + written}`);
        assert.match(runner.calls.at(-1) ?? '', /^info got x{270}\*\*\*.{0,3}$/);
      });
    }
  });

  test('makes texts from outside harmless in every kind of line', () => {
    const { log, runner } = createLog();
    const hostile = text`x ${'\n::add-mask::a\n##[error]b'}`;
    const harmless = 'x  ::add-mask::a # #[error]b';
    log.say(hostile);
    log.group(hostile, [hostile]);
    log.warn({ title: 'beware', message: hostile });
    log.fail({ title: 'failed', message: hostile });
    assert.deepEqual(runner.calls, [
      `info ${harmless}`,
      `group ${harmless}`,
      `info ${harmless}`,
      'endgroup',
      `warning [oauth2-token: beware] ${harmless}`,
      `error [oauth2-token: failed] ${harmless}`,
    ]);
  });

  test('folds the lines of a group and closes it', () => {
    const { log, runner } = createLog();
    log.group(text`Request and answer`, [text`one`, text`two`]);
    log.say(text`after`);
    assert.deepEqual(runner.calls, [
      'group Request and answer',
      'info one',
      'info two',
      'endgroup',
      'info after',
    ]);
  });

  test('puts the name of the action before the title of an annotation', () => {
    const { log, runner } = createLog();
    log.warn({ title: 'not revoked', message: text`It stays valid.` });
    log.fail({ title: 'client refused', message: text`Check client-id.` });
    assert.deepEqual(runner.calls, [
      'warning [oauth2-token: not revoked] It stays valid.',
      'error [oauth2-token: client refused] Check client-id.',
    ]);
  });
});
