/** What the built files contain, and what they leave out. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';

import { getIDToken, platform } from '@actions/core';
import { HttpClient } from '@actions/http-client';

const root = join(import.meta.dirname, '..', '..');

/** The prefix of every error code of undici; it is in each of its larger modules. */
const trace = 'UND_ERR_';

function readBundle(name: string): string {
  return readFileSync(join(root, 'dist', name, 'index.js'), 'utf8');
}

/** A whole bundle, with the parts that it loads only when needed. */
function readScripts(name: string): string[] {
  const folder = join(root, 'dist', name);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}

describe('undici', () => {
  const proxy = process.env['https_proxy'];

  afterEach(() => {
    if (proxy === undefined) delete process.env['https_proxy'];
    else process.env['https_proxy'] = proxy;
  });

  for (const name of ['main', 'save']) {
    test(`is not in dist/${name}`, () => {
      assert.equal(readBundle(name).includes(trace), false);
    });
  }

  test('fails with a sentence that says why if it is called anyway', () => {
    process.env['https_proxy'] = 'http://proxy.example.com:3128';
    assert.throws(
      () => void new HttpClient().getAgentDispatcher('https://login.example.com/token'),
      {
        message:
          'undici is left out of oauth2-token (tools/no-undici): getAgentDispatcher() of @actions/http-client cannot be used here.',
      },
    );
  });
});

describe('@actions/exec', () => {
  for (const name of ['main', 'post']) {
    test(`is not in dist/${name}`, () => {
      for (const source of readScripts(name)) {
        assert.doesNotMatch(source, /class ToolRunner|require\("(node:)?child_process"\)/);
      }
    });
  }

  test('is in dist/save, which uses it to run tar', () => {
    assert.match(readBundle('save'), /class ToolRunner/);
  });

  test('fails with a sentence that says why if it is called anyway', async () => {
    await assert.rejects(() => platform.getDetails(), {
      message:
        '@actions/exec is left out of oauth2-token (tools/no-exec): platform.getDetails() of @actions/core cannot be used here.',
    });
  });
});

describe('@actions/http-client', () => {
  for (const name of ['main', 'post']) {
    test(`is not in dist/${name}`, () => {
      for (const source of readScripts(name)) assert.doesNotMatch(source, /class HttpClient\b/);
    });
  }

  test('fails with a sentence that says why if it is called anyway', async () => {
    process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] = 'request-token';
    process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] = 'https://oidc.example.com/token';
    try {
      await assert.rejects(
        () => getIDToken(),
        /@actions\/http-client is left out of oauth2-token \(tools\/no-http-client\): getIDToken\(\) of @actions\/core cannot be used here\./,
      );
    } finally {
      delete process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
      delete process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
    }
  });
});

test('the scripts of dist/main are ASCII, which Node reads and parses faster', () => {
  for (const source of readScripts('main')) assert.doesNotMatch(source, /[^\0-\x7f]/);
});
