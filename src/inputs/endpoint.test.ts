import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createAuthority } from '../../test/support/making/certificates.ts';
import { type Given, type Reading, readWith, say } from '../../test/support/making/inputs.ts';
import { type EndpointInputs, findUrlFault, readEndpointInputs } from './endpoint.ts';

function read(given: Given): Reading<EndpointInputs> {
  return readWith(readEndpointInputs, given);
}

/** Holds that inputs are taken, and gives what was made of them. */
function take(given: Given): EndpointInputs {
  const { value, problems } = read(given);
  assert.deepEqual(problems, []);
  return value;
}

const url = 'https://login.example.com/oauth2/token';

describe('where to ask', () => {
  test('is a token-url, or an issuer', () => {
    assert.deepEqual(take({ 'token-url': url }), {
      tokenUrl: url,
      issuer: undefined,
      endpointType: 'oauth2',
      caCertificate: undefined,
      allowHttp: false,
    });
    const { tokenUrl, issuer } = take({ issuer: 'https://login.example.com' });
    assert.deepEqual([tokenUrl, issuer], [undefined, 'https://login.example.com']);
  });

  test('is refused where both are given', () => {
    assert.deepEqual(read({ 'token-url': url, issuer: 'https://login.example.com' }).problems, [
      'Set either issuer or token-url, not both',
    ]);
  });

  test('is required', () => {
    assert.deepEqual(read({}).problems, ['token-url or issuer is required']);
  });

  test('is not called missing where it is there and wrong', () => {
    for (const name of ['token-url', 'issuer']) {
      const { problems } = read({ [name]: 'login.example.com' });
      assert.equal(problems.length, 1);
      assert.match(
        problems[0] ?? '',
        new RegExp(`^${name}: got "login.example.com"; must be a URL`),
      );
    }
  });
});

describe('the type of an endpoint', () => {
  test('is one of two', () => {
    for (const type of ['oauth2', 'acs_api']) {
      assert.equal(take({ 'token-url': url, 'endpoint-type': type }).endpointType, type);
    }
    const { value, problems } = read({ 'token-url': url, 'endpoint-type': 'acs' });
    assert.deepEqual(problems, ['endpoint-type: got "acs"; must be one of: oauth2, acs_api']);
    assert.equal(value.endpointType, 'oauth2');
  });
});

describe('an issuer', () => {
  for (const issuer of [
    'https://acme.eu.auth0.com/',
    'https://acme.eu.auth0.com',
    'HTTPS://Login.Example.com/Realms/CI',
    'https://login.example.com:443',
    'http://localhost:8080/realms/ci',
  ]) {
    test(`is kept as it is written, for the metadata must have the same: ${issuer}`, () => {
      assert.equal(take({ issuer }).issuer, issuer);
    });
  }

  const takes = 'must be a URL such as https://login.example.com';
  const bad: readonly [issuer: string, problem: string][] = [
    ['login.example.com', `got "login.example.com"; ${takes}`],
    ['https://login.example.com/a b', `got "https://login.example.com/a b"; ${takes}`],
    ['ftp://login.example.com', 'got "ftp://login.example.com"; must begin with https://'],
    [
      'http://login.example.com',
      'got "http://login.example.com"; must begin with https:// (or set allow-http: true)',
    ],
    [
      'https://ci:open-sesame@login.example.com',
      'has a user or password before the host; use client-id and client-secret',
    ],
    ['https://login.example.com?x=open-sesame', 'must be a URL without a query (?)'],
    ['https://login.example.com/?', 'must be a URL without a query (?)'],
    [
      'https://login.example.com#open-sesame',
      'got "https://login.example.com#..."; must be a URL without a fragment (#)',
    ],
    [
      'https://login.example.com/.well-known/openid-configuration',
      'must be the issuer itself, the part before /.well-known/',
    ],
    [
      'https://login.example.com/.well-known/oauth-authorization-server/realms/ci',
      'must be the issuer itself, the part before /.well-known/',
    ],
  ];
  for (const [issuer, problem] of bad) {
    test(`is refused: ${issuer}`, () => {
      const { value, problems } = read({ issuer });
      assert.deepEqual(problems, [`issuer: ${problem}`]);
      assert.equal(value.issuer, undefined);
      assert.doesNotMatch(problems.join(''), /open-sesame/);
    });
  }

  test('may be plain http with allow-http', () => {
    const issuer = 'http://login.example.com';
    assert.equal(take({ issuer, 'allow-http': 'true' }).issuer, issuer);
  });
});

describe('a token-url', () => {
  test('is written as URLs are', () => {
    const { tokenUrl } = take({ 'token-url': 'HTTPS://Login.Example.com:443/a/../Token?x=1' });
    assert.equal(tokenUrl, 'https://login.example.com/Token?x=1');
  });

  test('is refused with an example of one', () => {
    assert.deepEqual(read({ 'token-url': '/oauth2/token' }).problems, [
      `token-url: got "/oauth2/token"; must be a URL such as ${url}`,
    ]);
  });

  test('that is refused is no URL later on', () => {
    assert.equal(read({ 'token-url': 'ftp://login.example.com/' }).value.tokenUrl, undefined);
  });
});

describe('the fault of a URL', () => {
  const fault = (value: string, allowHttp = false): string | undefined => {
    const found = findUrlFault(value, allowHttp, 'https://example.com/x');
    return found && say(found);
  };

  test('names the example that is handed in', () => {
    assert.equal(fault('x'), 'got "x"; must be a URL such as https://example.com/x');
  });

  test('does not show what may be a secret: what is before an @, behind a ? or a #', () => {
    assert.equal(fault('open-sesame@x'), 'must be a URL such as https://example.com/x');
    assert.equal(
      fault('http://a.example/x?open-sesame\nopen-sesame'),
      'got "http://a.example/x?..."; must be a URL such as https://example.com/x',
    );
    assert.match(
      fault('http://a.example/x#open-sesame') ?? '',
      /^got "http:\/\/a.example\/x#\.\.\."/,
    );
  });

  test('shows nothing of a secret in its place, for no mask matches a part of it', () => {
    for (const value of [
      'Zk93kdLq0s9?x9sldkQ',
      'Zk93kdLq0s9#x9sldkQ',
      'a:Zk93?x',
      'Zk93https://kdLq?x9',
    ]) {
      assert.equal(fault(value), 'must be a URL such as https://example.com/x');
    }
    const url = `ftp://a.example/${'x'.repeat(300)}`;
    assert.equal(fault(url), 'got 316 characters; must begin with https://');
  });

  test('is user information, a name or a password', () => {
    for (const value of ['https://ci@a.example/x', 'https://:open-sesame@a.example/x']) {
      assert.equal(
        fault(value),
        'has a user or password before the host; use client-id and client-secret',
      );
    }
  });

  test('is a scheme of which only the end looks like one', () => {
    assert.equal(
      fault('git+https://a.example/x'),
      'got "git+https://a.example/x"; must be a URL such as https://example.com/x',
    );
  });

  test('is none with plain http on this machine, or where that is allowed', () => {
    for (const value of ['http://localhost/x', 'http://127.0.0.1:1/x', 'http://[::1]/x']) {
      assert.equal(fault(value), undefined);
    }
    assert.equal(fault('http://a.example/x', true), undefined);
    assert.equal(
      fault('ftp://a.example/x', true),
      'got "ftp://a.example/x"; must begin with https://',
    );
  });
});

describe('ca-certificate', () => {
  let certificate: string;
  before(async () => {
    ({ certificate } = await createAuthority());
  });

  test('is the certificates alone', () => {
    const { caCertificate } = take({ 'token-url': url, 'ca-certificate': `CA\n${certificate}` });
    assert.equal(caCertificate, certificate.trim());
  });

  test('that is none is refused', () => {
    assert.deepEqual(read({ 'token-url': url, 'ca-certificate': 'open-sesame' }).problems, [
      'ca-certificate: is not a certificate; must be PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
    ]);
  });
});
