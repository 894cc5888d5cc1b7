import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createAuthority } from '../../test/support/making/certificates.ts';
import { type Given, say } from '../../test/support/making/inputs.ts';
import { fail, giveUp, inTheSameWay, view } from '../../test/support/tables/wording.ts';
import {
  toTransportError,
  TransportError,
  type TransportErrorCode,
  type TransportErrorDetails,
} from '../http/transport-error.ts';
import { startProgress } from '../http/connection/progress.ts';
import { sayFailedAttempt } from './attempts.ts';

/** An error of Node's in the handshake of TLS, as it is sorted. */
function sortTls(message: string, systemCode: string): TransportError {
  const cause = Object.assign(new Error(message), { code: systemCode });
  return toTransportError(cause, { ...startProgress(), step: 'securing' });
}

/** How the attempts end after an error, and what is said of that. */
function endOf({ retryable }: TransportError) {
  return retryable
    ? ({
        how: { code: 'attempts_used_up', attempt: 4 },
        ending: 'Stopped after 4 attempts.',
      } as const)
    : { how: {}, ending: inTheSameWay };
}

describe('a fault of TLS', () => {
  const of = (error: TransportError): string => say(sayFailedAttempt(fail(error), view()));

  test('of OpenSSL is told by its reason, without addresses and source files', () => {
    const message =
      'write EPROTO 401D278EE57F0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 40\n';
    assert.equal(
      of(sortTls(message, 'EPROTO')),
      'Attempt 1 of 4 failed: TLS failed: ssl/tls alert handshake failure (EPROTO).',
    );
  });

  test('of anything else is told as it is', () => {
    assert.equal(
      of(sortTls('odd: 1', 'EPROTO')),
      'Attempt 1 of 4 failed: TLS failed: odd: 1 (EPROTO).',
    );
  });

  test("is told without Node's advice, which nobody can follow in a workflow", () => {
    const message =
      'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca';
    const systemCode = 'DEPTH_ZERO_SELF_SIGNED_CERT';
    const error = new TransportError('tls_untrusted', { systemCode, cause: new Error(message) });
    assert.equal(
      of(error),
      'Attempt 1 of 4 failed: TLS failed: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT).',
    );
  });
});

describe('a connection that failed', () => {
  const system = (systemCode: string, message = 'odd'): TransportErrorDetails => ({
    systemCode,
    cause: new Error(message),
  });
  const reach = 'login.example.com could not be reached:';
  const address = "Check token-url, and that the server allows this runner's address.";

  const rows: readonly [
    title: string,
    code: TransportErrorCode,
    details: TransportErrorDetails,
    message: string,
  ][] = [
    [
      'no answer in time',
      'timeout',
      {},
      'login.example.com gave no answer within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.',
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'exchanging', addresses: ['192.0.2.1'] },
      'login.example.com gave no answer within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.',
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'resolving' },
      `${reach} the name login.example.com was not resolved within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'connecting', addresses: ['192.0.2.1', '2001:db8:1:2:3:4:5:6'] },
      `${reach} no connection within 15 s at 192.0.2.1, 2001:db8:1:2:3:4:5:6. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'securing', addresses: ['192.0.2.1'] },
      `${reach} no TLS within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'resolving', peer: 'proxy' },
      `${reach} the name of the proxy was not resolved within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'connecting', peer: 'proxy', addresses: ['192.0.2.1'] },
      `${reach} no connection to the proxy within 15 s at 192.0.2.1. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'securing', peer: 'proxy' },
      `${reach} no TLS with the proxy within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'no answer in time',
      'timeout',
      { step: 'tunneling', peer: 'proxy' },
      `${reach} no answer from the proxy within 15 s. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
    ],
    [
      'name not resolved',
      'name_unresolved',
      system('EAI_AGAIN'),
      `${reach} the name login.example.com was not resolved (EAI_AGAIN). The runner's DNS server gave no answer. If every run fails like this, check the DNS settings of the runner.`,
    ],
    [
      'name not found',
      'name_not_found',
      system('ENOTFOUND'),
      `${reach} the name login.example.com was not found (ENOTFOUND). Check token-url. A private name requires a runner inside its network.`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ECONNREFUSED'),
      `${reach} connection refused (ECONNREFUSED). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ECONNRESET'),
      `${reach} the connection was reset (ECONNRESET). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ECONNABORTED'),
      `${reach} the connection was aborted (ECONNABORTED). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('EHOSTUNREACH'),
      `${reach} no route to the host (EHOSTUNREACH). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ENETUNREACH'),
      `${reach} the network cannot be reached (ENETUNREACH). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('EADDRNOTAVAIL'),
      `${reach} the address is not available (EADDRNOTAVAIL). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ETIMEDOUT'),
      `${reach} the connection timed out (ETIMEDOUT). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('EPIPE'),
      `${reach} the connection broke (EPIPE). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      { ...system('EACCES'), addresses: ['192.0.2.1', '2001:db8:1:2:3:4:5:6'] },
      `${reach} this machine does not permit the connection (EACCES) at 192.0.2.1, 2001:db8:1:2:3:4:5:6. ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('EODD'),
      `${reach} the connection failed (EODD). ${address}`,
    ],
    [
      'no answer',
      'connection_failed',
      { ...system('ECONNRESET'), step: 'exchanging' },
      'login.example.com was reached, but the server closed the connection without an answer (ECONNRESET). Check the port and the scheme (https://) in token-url. A firewall or a proxy can also close the connection.',
    ],
    [
      'no answer',
      'connection_failed',
      { ...system('EPIPE'), step: 'securing' },
      'login.example.com was reached, but the server closed the connection before TLS was set up (EPIPE). Check the port and the scheme (https://) in token-url. A firewall or a proxy can also close the connection.',
    ],
    [
      'no answer',
      'connection_failed',
      { ...system('ETIMEDOUT'), step: 'exchanging' },
      'login.example.com was reached, but the connection timed out (ETIMEDOUT). Check the port and the scheme (https://) in token-url. A firewall or a proxy can also close the connection.',
    ],
    [
      'TLS not trusted',
      'tls_untrusted',
      system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
      "The certificate of login.example.com is not trusted: self-signed certificate in certificate chain (SELF_SIGNED_CERT_IN_CHAIN). If a private CA issued it, set ca-certificate to the CA's certificate. If this machine trusts that CA, NODE_USE_SYSTEM_CA: 1 in the env of the step is enough.",
    ],
    [
      'TLS not trusted',
      'tls_untrusted',
      system('CERT_HAS_EXPIRED', 'certificate has expired'),
      "The certificate of login.example.com or of its CA has expired. The server's operator must renew it.",
    ],
    [
      'TLS not trusted',
      'tls_untrusted',
      system('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"),
      "The certificate of login.example.com is for another name: Hostname/IP does not match certificate's altnames. Check the host in token-url.",
    ],
    [
      'TLS not trusted',
      'tls_untrusted',
      {
        ...system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
        peer: 'proxy',
      },
      "The TLS connection to the proxy failed: self-signed certificate in certificate chain. Check https_proxy. If a private CA issued it, set ca-certificate to the CA's certificate. If this machine trusts that CA, NODE_USE_SYSTEM_CA: 1 in the env of the step is enough.",
    ],
    [
      'TLS not trusted',
      'tls_untrusted',
      system('UNSPECIFIED', 'CA signature digest algorithm too weak'),
      "The certificate of login.example.com or of its CA is not accepted: CA signature digest algorithm too weak (UNSPECIFIED). The server's operator must replace it. If a proxy inspects TLS, it is the proxy's certificate.",
    ],
    [
      'TLS failed',
      'tls_missing',
      system('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'),
      'login.example.com does not use TLS on this port: wrong version number (ERR_SSL_WRONG_VERSION_NUMBER). Check the scheme and the port in token-url.',
    ],
    [
      'TLS failed',
      'tls_missing',
      { ...system('EPROTO', 'wrong version number'), peer: 'proxy' },
      'The proxy does not use TLS on this port: wrong version number (EPROTO). Check https_proxy. The address of a proxy usually begins with http://.',
    ],
    [
      'TLS failed',
      'tls_outdated',
      system('ERR_SSL_UNSUPPORTED_PROTOCOL', 'unsupported protocol'),
      "login.example.com supports only outdated versions of TLS: unsupported protocol (ERR_SSL_UNSUPPORTED_PROTOCOL). The server's operator must allow TLS 1.2 or later.",
    ],
    [
      'TLS expected',
      'tls_expected',
      system('HPE_INVALID_CONSTANT'),
      'login.example.com uses TLS on this port, but the URL begins with http://. Check the scheme in token-url.',
    ],
    [
      'HTTP/2 only',
      'http2_only',
      {},
      'login.example.com supports only HTTP/2, and this action uses HTTP/1.1. Allow HTTP/1.1 at the server or at a proxy in front of it.',
    ],
    [
      'TLS failed',
      'tls_failed',
      system('EPROTO', 'write EPROTO'),
      'login.example.com and this runner could not agree on TLS: write EPROTO (EPROTO). Check the scheme and the port in token-url.',
    ],
    [
      'proxy refused',
      'proxy_refused',
      { proxyStatus: 407 },
      "The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Add the user and password to the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.",
    ],
    [
      'proxy refused',
      'proxy_refused',
      { proxyStatus: 403 },
      'The proxy refused to connect to login.example.com: 403 Forbidden. Allow the host at the proxy, or name it in no_proxy.',
    ],
    [
      'proxy not usable',
      'proxy_invalid',
      {},
      "No request to login.example.com: the proxy's address in the environment is not a valid URL. Check https_proxy and http_proxy. Write a % in a user name or password as %25.",
    ],
    [
      'proxy not usable',
      'proxy_unsupported',
      { scheme: 'socks5' },
      'No request to login.example.com: the environment names a socks5:// proxy. Only HTTP proxies are supported. Set https_proxy to one that begins with http:// or https://, or name the host in no_proxy.',
    ],
    [
      'proxy not reached',
      'proxy_unreachable',
      { ...system('ECONNREFUSED', 'connect ECONNREFUSED 192.0.2.1:3128'), peer: 'proxy' },
      'The proxy could not be reached: connect ECONNREFUSED 192.0.2.1:3128. Check https_proxy and http_proxy, or name login.example.com in no_proxy.',
    ],
    [
      'answer damaged',
      'answer_cut',
      {},
      "login.example.com answered, but the answer was cut off. If every run fails like this, look at the server's log or at a proxy in between.",
    ],
    [
      'answer damaged',
      'answer_unreadable',
      system('HPE_INVALID_CONSTANT'),
      "login.example.com answered, but the answer is not readable HTTP. If every run fails like this, look at the server's log or at a proxy in between.",
    ],
    [
      'answer damaged',
      'answer_unreadable',
      { ...system('HPE_UNEXPECTED_CONTENT_LENGTH'), reason: 'Duplicate Content-Length' },
      "login.example.com answered, but the answer is not readable HTTP: Duplicate Content-Length. If every run fails like this, look at the server's log or at a proxy in between.",
    ],
    [
      'answer damaged',
      'answer_unreadable',
      { encoding: 'gzip', reason: 'incorrect header check' },
      "login.example.com answered, but the answer is damaged (Content-Encoding: gzip): incorrect header check. If every run fails like this, look at the server's log or at a proxy in between.",
    ],
    [
      'encoding not known',
      'encoding_unknown',
      { encoding: 'zstd' },
      'login.example.com answered, but the answer has a Content-Encoding that is not supported: zstd. No compression was requested. Only gzip, deflate and br are supported. Change that at the server or at a proxy in front of it.',
    ],
    [
      'answer too large',
      'headers_too_large',
      system('HPE_HEADER_OVERFLOW'),
      "login.example.com sent more than 64 KiB of headers. The server's operator must make them smaller. The usual reason is cookies.",
    ],
    [
      'answer too large',
      'answer_too_large',
      {},
      'login.example.com sent more than 1 MiB. The expected answer has a few KiB. Check token-url.',
    ],
    [
      'request failed',
      'request_failed',
      { cause: new TypeError('Invalid character in header content') },
      'No request to login.example.com: the request failed: TypeError: Invalid character in header content.',
    ],
  ];
  for (const [title, code, details, message] of rows) {
    test(`${title}: ${message.slice(0, 80)}`, () => {
      const error = new TransportError(code, details);
      const { how, ending } = endOf(error);
      assert.deepEqual(giveUp(error, how), { title, message: `${message} ${ending}` });
    });
  }

  describe('a certificate of an unknown issuer names', () => {
    const untrusted = system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in chain');
    const explain = (more: TransportErrorDetails): string =>
      giveUp(new TransportError('tls_untrusted', { ...untrusted, ...more })).message;

    test('its issuer', () => {
      assert.match(
        explain({ issuer: 'Acme Inspection CA' }),
        /\(SELF_SIGNED_CERT_IN_CHAIN\), issued by "Acme Inspection CA"\. If a private CA issued it, /,
      );
    });

    test('what ca-certificate lacks, where it is set', async () => {
      const { certificate } = await createAuthority();
      const error = new TransportError('tls_untrusted', untrusted);
      const { message } = giveUp(error, { given: { 'ca-certificate': certificate } });
      assert.match(
        message,
        /\. None of the certificates in ca-certificate issued it\. Add the certificate of the CA that did\. Servers often do not send the certificate of the issuing CA\. /,
      );
      assert.doesNotMatch(message, /set ca-certificate/);
    });

    test('the proxy that the connection went through', () => {
      assert.match(
        explain({ issuer: 'Acme Inspection CA', proxy: 'proxy.example.com' }),
        /issued by "Acme Inspection CA"\. The connection goes through the proxy proxy\.example\.com\. If the proxy inspects TLS, the certificate is the proxy's\. If a private CA/,
      );
    });

    test('neither where they are not known', () => {
      assert.doesNotMatch(explain({}), /issued by|goes through/);
    });
  });

  test('shows the words of a certificate harmless', () => {
    const error = new TransportError(
      'tls_untrusted',
      system('ERR_TLS_CERT_ALTNAME_INVALID', '\n##[x] ::y::'),
    );
    assert.match(giveUp(error).message, /: {2}# #\[x\] ::y::\. Check/);
  });
});

describe("a client's certificate", () => {
  let given: Given;
  before(async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    given = { 'client-secret': '', 'client-certificate': certificate, 'client-key': key };
  });
  const alert = (number: number, reason: string, systemCode: string): TransportError =>
    sortTls(
      `write EPROTO 401D:error:0A000410:SSL routines:ssl3_read_bytes:${reason}:../deps/openssl/record.c:918:SSL alert number ${number}\n`,
      systemCode,
    );

  const refusals: readonly [number: number, reason: string, systemCode: string][] = [
    [40, 'ssl/tls alert handshake failure', 'EPROTO'],
    [42, 'sslv3 alert bad certificate', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
    [43, 'sslv3 alert unsupported certificate', 'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE'],
    [44, 'sslv3 alert certificate revoked', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED'],
    [45, 'sslv3 alert certificate expired', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
    [46, 'sslv3 alert certificate unknown', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'],
    [48, 'tlsv1 alert unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    [49, 'tlsv1 alert access denied', 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'],
    [51, 'tlsv1 alert decrypt error', 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR'],
    [116, 'tlsv13 alert certificate required', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
  ];
  for (const [number, reason, systemCode] of refusals) {
    test(`is refused by a TLS alert: ${reason}`, () => {
      const error = alert(number, reason, systemCode);
      const { how, ending } = endOf(error);
      assert.deepEqual(giveUp(error, { given, ...how }), {
        title: 'client certificate refused',
        message: `login.example.com rejected the client certificate: ${reason} (${systemCode}). Check that client-certificate is registered there, is current and has its chain. ${ending}`,
      });
    });
  }

  const agree = /^login\.example\.com and this runner could not agree on TLS: /;

  test('has no part in an alert about something else', () => {
    const error = alert(70, 'tlsv1 alert protocol version', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    assert.equal(giveUp(error, { given }).title, 'TLS failed');
  });

  test('has no part where none was shown: by a client without one, for an ID token', () => {
    const error = alert(40, 'ssl/tls alert handshake failure', 'EPROTO');
    const { message } = giveUp(error);
    assert.match(message, agree);
    assert.match(
      message,
      /\. It may require a client certificate \(client-certificate\), or have no cipher in common with this runner\. /,
    );
    const federated = {
      ...given,
      'id-token-as': 'subject_token',
      'client-auth-method': 'tls_client_auth',
    };
    assert.doesNotMatch(
      giveUp(error, { given: federated, stage: 'id_token' }).message,
      /certificate/,
    );
  });

  test('is refused for metadata and where the token is revoked, too', () => {
    const error = alert(48, 'tlsv1 alert unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
    assert.equal(giveUp(error, { given, stage: 'revocation' }).title, 'client certificate refused');
    const issuer = { ...given, 'token-url': '', issuer: 'https://login.example.com' };
    const metadata = giveUp(error, { given: issuer, stage: 'metadata' });
    assert.equal(metadata.title, 'client certificate refused');
  });

  test('is asked for where the server serves nobody without one', () => {
    const systemCode = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
    const reason = 'tlsv13 alert certificate required';
    assert.deepEqual(giveUp(alert(116, reason, systemCode)), {
      title: 'client certificate required',
      message: `login.example.com requires a client certificate: ${reason} (${systemCode}). Set client-certificate and client-key. ${inTheSameWay}`,
    });
  });

  test('may be why a connection breaks', () => {
    const how = { code: 'attempts_used_up', attempt: 4 } as const;
    const hint = 'A server that does not accept client-certificate can also close';
    for (const systemCode of ['ECONNRESET', 'EPIPE']) {
      const error = new TransportError('connection_failed', { systemCode, step: 'exchanging' });
      assert.ok(giveUp(error, { given, ...how }).message.includes(hint));
      assert.ok(!giveUp(error, how).message.includes(hint));
    }
    const refused = new TransportError('connection_failed', {
      systemCode: 'ECONNREFUSED',
      step: 'connecting',
    });
    assert.ok(!giveUp(refused, { given, ...how }).message.includes(hint));
  });
});
