import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type PageKind, recognizePage } from './pages.ts';

function recognize(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): PageKind | undefined {
  return recognizePage({ status, statusText: '', headers, body: Buffer.from(body) }, body);
}

const html = { 'content-type': 'text/html; charset=utf-8' };
const page = (title: string, more = ''): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body>${more}</body></html>`;

describe('a page is recognized', () => {
  const rows: readonly [
    kind: PageKind | undefined,
    what: string,
    status: number,
    body: string,
    headers?: Record<string, string>,
  ][] = [
    ['firewall', 'a page with 403', 403, page('Forbidden')],
    ['firewall', 'a page with 429', 429, page('Slow down')],
    ['firewall', 'a page with 401 that asks for no credentials', 401, page('Unauthorized')],
    [
      'page',
      'a page with 401 that asks for credentials',
      401,
      page('Unauthorized'),
      { 'www-authenticate': 'Basic' },
    ],
    [
      'page',
      'a page with 401 of a server that denies access',
      401,
      page('Access Denied'),
      { 'www-authenticate': 'Basic' },
    ],
    ['firewall', 'a challenge with any status', 503, page('Just a moment...')],
    ['firewall', 'a challenge by its header', 503, page('x'), { 'cf-mitigated': 'challenge' }],
    ['firewall', 'a challenge that is called a success', 200, page('Pardon Our Interruption')],
    ['firewall', 'a request that was rejected', 200, page('Request Rejected')],
    ['maintenance', 'maintenance', 503, page('Scheduled maintenance')],
    ['maintenance', 'maintenance that is called a success', 200, page('Down for Maintenance')],
    ['maintenance', 'maintenance in German', 503, page('Wartungsarbeiten')],
    [
      'maintenance',
      'maintenance without a title',
      503,
      '<html><body>We will be back soon</body></html>',
    ],
    ['login', 'a login by its title', 200, page('Sign in - Acme')],
    ['login', 'a login by its field', 200, page('Acme', '<input name="p" type="password">')],
    ['login', 'a login with 401', 401, page('Log in')],
    ['page', 'any other page', 200, page('Welcome')],
    ['page', 'a page that is not found', 404, page('Not Found')],
    ['page', 'a page by its content type', 200, '<p>Hello</p>', html],
    ['firewall', 'a page without a content type', 403, '<html>x</html>'],
    [undefined, 'XML', 403, '<?xml version="1.0"?><Error/>', { 'content-type': 'application/xml' }],
    [undefined, 'JSON that is said to be HTML', 403, '{"error":"x"}', html],
    [undefined, 'a text that is said to be HTML', 403, 'Forbidden', html],
    [undefined, 'nothing', 403, '', html],
  ];
  for (const [kind, what, status, body, headers] of rows) {
    test(`as ${kind ?? 'none'}: ${what}`, () => {
      assert.equal(recognize(status, body, headers), kind);
    });
  }
});
