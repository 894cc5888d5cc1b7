/** The page as it is committed, in a real Chromium. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

import { convertCurl } from './convert.ts';

const file = join(import.meta.dirname, '..', 'docs', 'from-curl.html');

/** Where systems have Chromium, or a browser that is based on it. */
const browsers = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];
const executablePath = browsers.find((path) => path !== '' && existsSync(path));
const skip =
  executablePath === undefined ? 'this machine has no Chromium (CHROMIUM names one)' : false;

const command = `curl -X POST https://id.acme.example/token -u app1:Sesame-1 -d 'grant_type=client_credentials&scope=read'`;

describe('the page', { skip }, () => {
  let browser: Browser;
  let server: Server;
  let url: string;
  const paths: string[] = [];

  before(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '' });
    server = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(request.url === '/' ? readFileSync(file) : 'no');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  after(async () => {
    await browser.close();
    server.close();
  });

  /** Opens the page in its own context, which is closed at the end, and collects its requests. */
  async function visit(
    look: (page: Page, requests: readonly string[], context: BrowserContext) => Promise<void>,
    options: { readonly from?: string; readonly colorScheme?: 'light' | 'dark' } = {},
  ): Promise<void> {
    const { from = pathToFileURL(file).href, colorScheme = 'light' } = options;
    const context = await browser.newContext({ colorScheme });
    const requests: string[] = [];
    const errors: Error[] = [];
    context.on('request', (request) => requests.push(request.url()));
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error));
      await page.goto(from);
      await look(page, requests, context);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  }

  for (const [place, from] of [
    ['the file system', () => undefined],
    ['a server', () => url],
  ] as const) {
    test(`converts what is pasted, from ${place}`, () =>
      visit(
        async (page) => {
          await page.getByLabel('curl command').fill(command);
          await page.getByText('Converted: 1 secret, 1 variable').waitFor();
          assert.equal(await page.locator('#step').textContent(), convertCurl(command).step);
        },
        from() === undefined ? {} : { from: from() ?? '' },
      ));
  }

  test('says what cannot be converted, and removes the step', () =>
    visit(async (page) => {
      await page.getByLabel('curl command').fill(command);
      await page.getByText('Converted:').waitFor();
      await page.getByLabel('curl command').fill(`${command} -X PATCH`);
      await page.getByText('Not converted. The method of the request').waitFor();
      assert.equal(await page.locator('#step').textContent(), '');
      assert.ok(await page.getByRole('button', { name: 'Copy the step' }).isDisabled());
      assert.equal(await page.getByText('Create under Settings').isVisible(), false);
    }));

  test('has the action check the result, with keys and certificates as well', () =>
    visit(async (page) => {
      const withKeys = `-d 'grant_type=client_credentials&client_assertion=x' --cert c.pem --key k.pem`;
      await page.getByLabel('curl command').fill(`curl https://id.acme.example/token ${withKeys}`);
      await page.getByText('Converted: 2 secrets, 2 variables').waitFor();
      await page.getByLabel('curl command').fill(`curl http://id.acme.example/token ${withKeys}`);
      await page.getByText('Not converted. The action would refuse these inputs').waitFor();
    }));

  test('makes only the request for itself, and its policy allows no other', () =>
    visit(
      async (page, requests) => {
        await page.getByLabel('curl command').fill(command);
        await page.getByText('Converted:').waitFor();
        assert.deepEqual(requests, [url]);
        paths.length = 0;
        const blocked: unknown = await page.evaluate(`(async () => {
          const at = location.origin + '/leak';
          const blocked = new Set();
          document.addEventListener('securitypolicyviolation', (event) => {
            blocked.add(event.effectiveDirective);
          });
          await fetch(at).catch(() => blocked.add('fetch'));
          await new Promise((done) => {
            const socket = new WebSocket(at.replace('http', 'ws'));
            socket.onerror = () => done(blocked.add('socket'));
          });
          navigator.sendBeacon(at, 'x');
          new Image().src = at;
          const form = Object.assign(document.createElement('form'), { action: at, method: 'post' });
          const frame = Object.assign(document.createElement('iframe'), { src: at });
          const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: at });
          document.body.append(form, frame, style);
          form.submit();
          while (blocked.size < 7) await new Promise(requestAnimationFrame);
          return [...blocked].sort();
        })()`);
        assert.deepEqual(blocked, [
          'connect-src',
          'fetch',
          'form-action',
          'frame-src',
          'img-src',
          'socket',
          'style-src-elem',
        ]);
        assert.deepEqual(paths, []);
      },
      { from: url },
    ));

  test('stores nothing', () =>
    visit(
      async (page, _, context) => {
        await page.getByLabel('curl command').fill(command);
        await page.getByText('Converted:').waitFor();
        assert.deepEqual(await context.cookies(), []);
        assert.equal(await page.evaluate('localStorage.length + sessionStorage.length'), 0);
        await page.reload();
        assert.equal(await page.getByLabel('curl command').inputValue(), '');
      },
      { from: url },
    ));

  test('shows the pasted text only as text', () =>
    visit(async (page) => {
      const markup = '<img src=x onerror=alert(1)></script><script>alert(1)</script>';
      await page.getByLabel('curl command').fill(`${command} -d 'name=${markup}' -d 'a=<b>'`);
      await page.getByText('Converted:').waitFor();
      assert.equal(await page.locator('img, script:not([type="module"]), #step *').count(), 0);
    }));

  test('copies the step', () =>
    visit(async (page, _, context) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByLabel('curl command').fill(command);
      await page.getByText('Converted:').waitFor();
      await page.getByRole('button', { name: 'Copy the step' }).click();
      await page.getByText('Copied.').waitFor();
      const copied: unknown = await page.evaluate('navigator.clipboard.readText()');
      assert.equal(copied, convertCurl(command).step);
    }));

  test('can be used by the keyboard, and shows where the focus is', () =>
    visit(async (page) => {
      const stops: unknown[] = [];
      const outlines: unknown[] = [];
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.insertText(command);
      await page.getByText('Converted:').waitFor();
      await page.keyboard.press('Shift+Tab');
      for (let stop = 0; stop < 5; stop += 1) {
        stops.push(
          await page.evaluate('document.activeElement.id || document.activeElement.tagName'),
        );
        outlines.push(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'));
        await page.keyboard.press('Tab');
      }
      assert.deepEqual(stops, ['A', 'command', 'example', 'step', 'copy']);
      assert.deepEqual(new Set(outlines), new Set(['solid']));
    }));

  test('names each part for a screen reader', () =>
    visit(async (page) => {
      await page
        .getByRole('textbox', { name: 'curl command', description: /an example of the response/ })
        .fill(command);
      await page.getByRole('status').getByText('Converted:').waitFor();
      await page.getByRole('region', { name: 'Workflow step' }).and(page.locator('pre')).waitFor();
      await page
        .getByRole('heading', { level: 1, name: 'From a curl command to a workflow step' })
        .waitFor();
      await page.getByRole('heading', { level: 3, name: 'Create under Settings' }).waitFor();
      assert.equal(await page.getByRole('listitem').count(), 2);
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    }));

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`can be read in ${colorScheme}`, () =>
      visit(
        async (page, _, context) => {
          await page.getByRole('button', { name: 'Try an example' }).click();
          await page.getByText('Converted:').waitFor();
          for (const selector of [
            'h1',
            '.promise',
            'a',
            '#command',
            '#command-help',
            '#step',
            '#status',
            '#copy',
            '#example',
            '#notes li',
          ]) {
            const ratio = await readContrast(page, selector);
            assert.ok(ratio >= 4.5, `${selector} has a contrast of ${ratio}`);
          }
          await page.getByLabel('curl command').fill('x');
          await page.getByText('Not converted.').waitFor();
          assert.ok((await readContrast(page, '#status')) >= 4.5);
          const { corner, colors } = await look(context, await page.screenshot());
          const brightness = corner.reduce((sum, value) => sum + value, 0) / 3;
          assert.ok(colorScheme === 'light' ? brightness > 230 : brightness < 40, String(corner));
          assert.ok(colors > 20, `the picture has ${colors} colors`);
        },
        { colorScheme },
      ));
  }

  test('fits the width of a small screen', () =>
    visit(async (page) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.getByRole('button', { name: 'Try an example' }).click();
      await page.getByText('Converted:').waitFor();
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
    }));
});

/**
 * Reads the contrast of an element's text to its ground.
 *
 * @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
async function readContrast(page: Page, selector: string): Promise<number> {
  const colors = await page.evaluate<[number[], number[]]>(`(() => {
    const read = (color) => color.match(/[\\d.]+/g).map(Number);
    const element = document.querySelector(${JSON.stringify(selector)});
    let ground = element;
    while (read(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
    return [read(getComputedStyle(element).color), read(getComputedStyle(ground).backgroundColor)];
  })()`);
  const [brighter = 0, darker = 0] = colors.map(readLuminance).sort((one, other) => other - one);
  return (brighter + 0.05) / (darker + 0.05);
}

function readLuminance(color: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = color.slice(0, 3).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Reads the first pixel of a picture, and how many colors it has, in an empty page. */
async function look(
  context: BrowserContext,
  png: Uint8Array,
): Promise<{ readonly corner: readonly number[]; readonly colors: number }> {
  const page = await context.newPage();
  const address = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return await page.evaluate<{ corner: number[]; colors: number }>(`(async () => {
    const image = new Image();
    image.src = ${JSON.stringify(address)};
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const drawing = canvas.getContext('2d');
    drawing.drawImage(image, 0, 0);
    const pixels = new Uint32Array(drawing.getImageData(0, 0, image.width, image.height).data.buffer);
    return { corner: [...drawing.getImageData(0, 0, 1, 1).data].slice(0, 3), colors: new Set(pixels).size };
  })()`);
}
