/** A secret in what is cut from an answer's head: it is hidden before it is cut, because a mask matches no part of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { renderText, type Text, text } from '../log/text.ts';
import { nameContent, nameRedirect, placeOf } from './names.ts';

const secret = 'pa;ss?wo#rd@x';

function show(line: Text): string {
  return renderText(line, (all) => all.replaceAll(secret, '***'));
}

describe('a secret that would be cut is hidden', () => {
  test('in a content type', () => {
    const shape = { status: 200, statusText: '', length: 5 };
    assert.equal(show(nameContent({ ...shape, contentType: `text/${secret}; x=y` })), 'text/***');
    assert.equal(show(nameContent({ ...shape, contentType: 'text/html; x=y' })), 'text/html');
  });

  test('in a Location', () => {
    const places = [
      [`https://example.com/a/${secret}?b=c`, 'https://example.com/a/***'],
      [`https://user:${secret}@example.com/a`, 'https://example.com/a'],
      [`/a/${secret}/b`, '/a/***/b'],
      [`a/${secret}/b`, 'a/***/b'],
    ] as const;
    for (const [location, shown] of places) {
      assert.equal(show(nameRedirect(302, location)), `302 Found, a redirect to ${shown}`);
      assert.equal(show(text`${placeOf(location)}`), shown);
    }
  });
});
