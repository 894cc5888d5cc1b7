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
const text = { 'content-type': 'text/plain' };
const json = { 'content-type': 'application/json' };
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
    ['firewall', 'a page with 406, as ModSecurity sends it', 406, page('Not Acceptable!')],
    ['firewall', 'a page of XHTML', 403, `<?xml version="1.0"?>\n${page('403 Forbidden')}`],
    [
      'firewall',
      'words in the text',
      200,
      page('', 'The requested URL was rejected. Ask your administrator.'),
    ],
    ['firewall', 'a filter of a company', 200, page('Web Page Blocked!')],
    ['firewall', 'a number of Cloudflare', 403, 'error code: 1020', text],
    ['firewall', 'JSON of Cloudflare', 403, '{"title":"x","cloudflare_error": true}', json],
    ['firewall', 'JSON of DataDome', 403, '{"url":"https://geo.captcha-delivery.com/c"}', json],
    ['firewall', 'JSON of Imperva', 403, '{"description":"blocked by our security service"}', json],
    ['firewall', 'nothing, by an edge of AWS', 403, '', { server: 'awselb/2.0' }],
    ['firewall', 'a challenge of AWS', 202, '', { 'x-amzn-waf-action': 'challenge' }],
    [
      'firewall',
      'a challenge of AWS, as a page',
      405,
      page('x'),
      { 'x-amzn-waf-action': 'captcha' },
    ],
    [undefined, 'a rate limit of Cloudflare', 429, 'error code: 1015', text],
    [undefined, 'a server that Cloudflare does not reach', 530, 'error code: 1033', text],
    [undefined, 'nothing, by a server behind Cloudflare', 403, '', { server: 'cloudflare' }],
    [undefined, 'a policy of the server', 403, '{"error":"blocked by a policy"}', json],
    [
      'page',
      'a server that Cloudflare does not reach, as a page',
      521,
      page('login.example.com | 521: Web server is down', 'You were blocked'),
      { server: 'cloudflare' },
    ],
    ['maintenance', 'maintenance', 503, page('Scheduled maintenance')],
    ['maintenance', 'maintenance in the text', 503, page('Acme', '<h1>Scheduled maintenance</h1>')],
    [
      'page',
      'nginx, that names it with its status',
      503,
      page('503 Service Temporarily Unavailable'),
    ],
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
    ['page', 'a server that is down, with a login on its page', 503, page('Log in')],
    [
      'login',
      'a form that goes on to SAML',
      200,
      page('', '<input type="hidden" name="SAMLRequest">'),
    ],
    ['page', 'a host that is called so', 200, page('login.example.com')],
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
