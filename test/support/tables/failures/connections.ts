/** Servers and proxies that are not reached, or not in time. */
import {
  answer,
  inputs,
  noTls,
  outdatedTls,
  proxied,
  refusedCertificate,
  tls,
  wantedCertificate,
  weakCa,
} from '../failure-scene.ts';
import { describeOddNetwork } from '../../doubles/odd-network.ts';
import { garbage, silence } from '../../doubles/scripted-server.ts';
import { onlyAttempt, twice, asking, request, asked, row, type Failure } from './row.ts';
import { inTheSameWay } from '../wording.ts';

/** Servers and proxies that are not reached, or not in time. */
export const connectionFailures: readonly Failure[] = [
  row(
    'a certificate of an unknown CA',
    tls((authority) => authority.issue({ names: ['127.0.0.1'] }), { trusted: false }),
    'TLS not trusted',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: TLS failed: unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
      `Error: The certificate of login.example.com is not trusted: unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE). If a private CA issued it, set ca-certificate to the CA's certificate. If this machine trusts that CA, NODE_USE_SYSTEM_CA: 1 in the env of the step is enough. ${inTheSameWay}`,
    ],
  ),
  row(
    'an expired certificate',
    tls((authority) => authority.issue({ names: ['127.0.0.1'], expired: true })),
    'TLS not trusted',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: TLS failed: certificate has expired (CERT_HAS_EXPIRED)',
      `Error: The certificate of login.example.com has expired, or the one of its CA. The server's operator must renew it. ${inTheSameWay}`,
    ],
  ),
  row(
    'a certificate for another name',
    tls((authority) => authority.issue({ names: ['other.example.com'] })),
    'TLS not trusted',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      "    failed after 0.2 s: TLS failed: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list:  (ERR_TLS_CERT_ALTNAME_INVALID)",
      `Error: The certificate of login.example.com is for another name: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: . Check the host in token-url. ${inTheSameWay}`,
    ],
  ),
  row('a server without TLS', noTls, 'TLS failed', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/token',
    '    client ci-client, client_secret_basic (form), body: grant_type, scope',
    '    failed after 0.2 s: TLS failed: wrong version number (EPROTO)',
    `Error: login.example.com does not speak TLS on this port: wrong version number (EPROTO). Check the scheme and the port in token-url. ${onlyAttempt}`,
  ]),
  row('a server with outdated versions of TLS only', outdatedTls, 'TLS failed', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/oauth2/token',
    '    client ci-client, client_secret_basic (form), body: grant_type, scope',
    '    failed after 0.2 s: TLS failed: tlsv1 alert protocol version (EPROTO)',
    `Error: login.example.com speaks outdated versions of TLS only: tlsv1 alert protocol version (EPROTO). It must allow TLS 1.2 or later; that is for the server's operator. ${onlyAttempt}`,
  ]),
  row('a certificate with a weak signature above it', weakCa, 'TLS not trusted', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/oauth2/token',
    '    client ci-client, client_secret_basic (form), body: grant_type, scope',
    '    failed after 0.2 s: TLS failed: CA signature digest algorithm too weak (UNSPECIFIED)',
    `Error: The certificate of login.example.com, or the one of a CA above it, is not accepted: CA signature digest algorithm too weak (UNSPECIFIED). It must be replaced there: by the server's operator, or at a proxy that inspects TLS. ${inTheSameWay}`,
  ]),
  row(
    'TLS at a URL of http',
    answer([garbage(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))], { 'retry-max-attempts': '1' }),
    'TLS expected',
    [
      ...asked,
      '    failed after 0.2 s: the answer is a record of TLS in place of HTTP',
      `Error: login.example.com speaks TLS on this port, but the URL begins with http://. Check the scheme in token-url. ${onlyAttempt}`,
    ],
  ),
  row(
    'a server that speaks HTTP/2 only',
    answer([garbage(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))], { 'retry-max-attempts': '1' }),
    'HTTP/2 only',
    [
      ...asked,
      '    failed after 0.2 s: the server speaks HTTP/2 only',
      `Error: login.example.com speaks HTTP/2 only, and this action HTTP/1.1. Allow HTTP/1.1 at the server or at a proxy in front of it. ${onlyAttempt}`,
    ],
  ),
  row('a client certificate that is refused', refusedCertificate, 'client certificate refused', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/oauth2/token',
    '    client ci-client, tls_client_auth, body: grant_type, scope, client_id',
    '    failed after 0.2 s: TLS failed: ssl/tls alert bad certificate (EPROTO)',
    `Error: login.example.com did not accept the client's certificate: ssl/tls alert bad certificate (EPROTO). Check that client-certificate is the one registered there, with its chain, and current. ${inTheSameWay}`,
  ]),
  row('a client certificate that is wanted', wantedCertificate, 'client certificate wanted', [
    ...asked,
    '    failed after 0.2 s: TLS failed: tlsv13 alert certificate required (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)',
    `Error: login.example.com wants a certificate of the client: tlsv13 alert certificate required (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED). Give client-certificate and client-key. ${inTheSameWay}`,
  ]),
  row(
    'a name that is not found',
    inputs(
      { 'token-url': 'https://login.example.invalid/oauth2/token', 'retry-max-attempts': '2' },
      {
        environment: describeOddNetwork(
          { lookups: ['ENOTFOUND', 'ENOTFOUND'] },
          'login.example.invalid',
        ),
      },
    ),
    'name not found',
    [
      'Asking login.example.invalid (client_credentials, scope: read list).',
      'Attempt 1 of 2 failed: the name login.example.invalid was not found (ENOTFOUND). Retrying now.',
      'Attempt 2 of 2 failed: the name login.example.invalid was not found (ENOTFOUND).',
      '> Request and answer',
      '    POST https://login.example.invalid/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: the name login.example.invalid was not found (ENOTFOUND)',
      'Error: login.example.invalid could not be reached: the name login.example.invalid was not found (ENOTFOUND). Check token-url; a private name needs a runner inside its network. Stopped after 2 attempts.',
    ],
  ),
  row(
    'a resolver that gives no answer',
    inputs(
      { 'token-url': 'https://login.example.invalid/oauth2/token', 'retry-max-attempts': '1' },
      { environment: describeOddNetwork({ lookups: ['EAI_AGAIN'] }, 'login.example.invalid') },
    ),
    'name not resolved',
    [
      'Asking login.example.invalid (client_credentials, scope: read list).',
      '> Request and answer',
      '    POST https://login.example.invalid/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: the name login.example.invalid was not resolved (EAI_AGAIN)',
      `Error: login.example.invalid could not be reached: the name login.example.invalid was not resolved (EAI_AGAIN). The name server of this runner gave no answer. If that stays so, check the DNS settings of the runner. ${onlyAttempt}`,
    ],
  ),
  row(
    'a port where nobody listens',
    inputs({ 'token-url': 'http://127.0.0.1:1/oauth2/token', 'retry-max-attempts': '2' }),
    'no connection',
    [
      'Asking 127.0.0.1:1 (client_credentials, scope: read list).',
      'Attempt 1 of 2 failed: connection refused (ECONNREFUSED). Retrying now.',
      'Attempt 2 of 2 failed: connection refused (ECONNREFUSED).',
      '> Request and answer',
      '    POST http://127.0.0.1:1/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: connection refused (ECONNREFUSED)',
      "Error: 127.0.0.1:1 could not be reached: connection refused (ECONNREFUSED). Check token-url, and that the server admits this runner's address. Stopped after 2 attempts.",
    ],
  ),
  row('a proxy that wants a password', proxied({ behaviour: 'authenticate' }), 'proxy refused', [
    ...asked,
    '    failed after 0.2 s: the proxy refused: 407 Proxy Authentication Required',
    `Error: The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT. ${inTheSameWay}`,
  ]),
  row('a proxy that refuses', proxied({ behaviour: 'refuse' }), 'proxy refused', [
    ...asked,
    '    failed after 0.2 s: the proxy refused: 403 Forbidden',
    `Error: The proxy refused to connect to login.example.com: 403 Forbidden. Allow the host at the proxy, or name it in no_proxy. ${inTheSameWay}`,
  ]),
  row(
    'a proxy that does not reach the host',
    proxied({ behaviour: 'bad-gateway' }),
    'proxy refused',
    [
      asking,
      'Attempt 1 of 4 failed: the proxy refused: 502 Bad Gateway. Retrying now.',
      'Attempt 2 of 4 failed: the proxy refused: 502 Bad Gateway. Retrying now.',
      'Attempt 3 of 4 failed: the proxy refused: 502 Bad Gateway. Retrying now.',
      'Attempt 4 of 4 failed: the proxy refused: 502 Bad Gateway.',
      ...request,
      '    failed after 0.2 s: the proxy refused: 502 Bad Gateway',
      'Error: The proxy refused to connect to login.example.com: 502 Bad Gateway. Check that the proxy reaches the host, or name the host in no_proxy. Stopped after 4 attempts.',
    ],
  ),
  row(
    'a proxy that nobody runs',
    inputs({ 'retry-time-slot': '0' }, { environment: { https_proxy: 'http://127.0.0.1:1' } }),
    'proxy not reached',
    [
      asking,
      'Attempt 1 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Retrying now.',
      'Attempt 2 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Retrying now.',
      'Attempt 3 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Retrying now.',
      'Attempt 4 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1.',
      ...request,
      '    failed after 0.2 s: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1',
      'Error: The proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Check https_proxy and http_proxy, or name login.example.com in no_proxy. Stopped after 4 attempts.',
    ],
  ),
  row(
    'a proxy whose address is no URL',
    inputs({}, { environment: { https_proxy: '4711:50%@127.0.0.1:1' } }),
    'proxy not usable',
    [
      ...asked,
      "    failed after 0.2 s: the proxy's address in the environment is no usable URL",
      `Error: login.example.com could not be asked: the proxy's address in the environment is no usable URL. Check https_proxy and http_proxy; a % in a user name or password is written %25. ${inTheSameWay}`,
    ],
  ),
  row(
    'a proxy of another kind',
    inputs({}, { environment: { https_proxy: 'socks5://127.0.0.1:1080' } }),
    'proxy not usable',
    [
      ...asked,
      '    failed after 0.2 s: the environment names a proxy of the kind socks5://',
      `Error: No request to login.example.com: the environment names a proxy of the kind socks5://. Only HTTP proxies are supported. Set https_proxy to one that begins with http:// or https://, or name the host in no_proxy. ${inTheSameWay}`,
    ],
  ),
  row('silence past timeout', answer([silence('before-head')], twice), 'no answer in time', [
    asking,
    'Attempt 1 of 2 failed: no answer within 15 s. Retrying now.',
    'Attempt 2 of 2 failed: no answer within 15 s.',
    ...request,
    '    no answer within 15 s',
    'Error: login.example.com gave no answer within 15 s. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout. Stopped after 2 attempts.',
  ]),
  row(
    'a server that is never connected to',
    inputs(twice, {
      environment: describeOddNetwork({ connections: ['silence', 'silence'] }, 'login.example.com'),
      silences: 2,
    }),
    'no answer in time',
    [
      asking,
      'Attempt 1 of 2 failed: no connection within 15 s at 127.0.0.1. Retrying now.',
      'Attempt 2 of 2 failed: no connection within 15 s at 127.0.0.1.',
      ...request,
      '    no connection within 15 s at 127.0.0.1',
      'Error: login.example.com could not be reached: no connection within 15 s at 127.0.0.1. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout. Stopped after 2 attempts.',
    ],
  ),
  row(
    'silence past total-timeout',
    answer([silence('before-head')], { 'total-timeout': '9' }),
    'no answer in time',
    [
      ...asked,
      '    no answer within 9 s',
      'Error: login.example.com gave no answer within 9 s. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout. Stopped after attempt 1 of 4: total-timeout (9 s) leaves no time for another.',
    ],
  ),
];
