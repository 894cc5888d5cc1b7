/** Inputs that cannot be worked with. */
import { generateKeyPairSync } from 'node:crypto';

import { inputs } from '../failure-scene.ts';
import { empty, rsaKey, ecKey, row, type Failure } from './row.ts';

const forked = {
  environment: { GITHUB_EVENT_NAME: 'pull_request' },
  eventPayload: { pull_request: { head: { repo: { full_name: 'stranger/octo-repo' } } } },
} as const;

const dependabot = { environment: { GITHUB_ACTOR: 'dependabot[bot]' } } as const;

function encryptedKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'a-passphrase' } as const;
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString();
}

/** Inputs that cannot be worked with. */
export const inputFailures: readonly Failure[] = [
  row('an empty secret on a pull request from a fork', inputs(empty, forked), 'inputs', [
    "Error: client-secret is empty: this run is for a pull request from a fork, and GitHub gives such runs no secrets. To skip the job there, give it  if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository",
  ]),
  row("an empty secret in a run of Dependabot's", inputs(empty, dependabot), 'inputs', [
    "Error: client-secret is empty: Dependabot started this run, and it sees only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), or give the job  if: github.actor != 'dependabot[bot]'",
  ]),
  row('an empty secret elsewhere', inputs(empty), 'inputs', [
    "Error: client-secret is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.",
  ]),
  row('an empty private key', inputs({ ...empty, 'private-key-id': 'key-1' }), 'inputs', [
    "Error: private-key is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.",
  ]),
  row('an empty refresh token', inputs({ 'grant-type': 'refresh_token' }), 'inputs', [
    "Error: refresh-token is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.",
  ]),
  row(
    'several inputs that cannot be worked with',
    inputs({
      'retry-max-attempts': 'many',
      'token-url': 'http://login.example.com/token',
    }),
    'inputs',
    [
      'Error: 2 inputs need attention: retry-max-attempts: got "many", takes a whole number, 1 or more; token-url: got "http://login.example.com/token", takes https (or allow-http: true)',
    ],
  ),
  row('a secret that is too short', inputs({ 'client-secret': 'abc' }), 'inputs', [
    'Error: client-secret: has fewer than 4 characters, too few to be hidden in the log',
  ]),
  row('a private key beside a secret', inputs({ 'private-key': rsaKey }), 'inputs', [
    'Error: client-auth-method is required, because client-secret and private-key are both set',
  ]),
  row(
    'a private key that does not parse',
    inputs({ ...empty, 'private-key': 'not a key' }),
    'inputs',
    [
      "Error: private-key: is no private key; takes a PEM, a JWK, or a key file of Google's or Zitadel's",
    ],
  ),
  row(
    'a private key that is damaged',
    inputs({ ...empty, 'private-key': rsaKey.replace(/\n.{64}\n/, '\n') }),
    'inputs',
    ['Error: private-key: is a damaged PEM; was it copied whole, from the first line to the last?'],
  ),
  row(
    'a private key that does not fit the algorithm',
    inputs({ ...empty, 'private-key': ecKey, 'signing-algorithm': 'RS256' }),
    'inputs',
    [
      'Error: private-key: is a key (EC P-256) that does not sign with RS256; leave signing-algorithm out, or give a key that fits it',
    ],
  ),
  row('an encrypted private key', inputs({ ...empty, 'private-key': encryptedKey() }), 'inputs', [
    'Error: private-key: is encrypted with a passphrase; store the key that this prints: openssl pkey -in key.pem',
  ]),
  row(
    'a public key',
    inputs({
      ...empty,
      'private-key': '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    }),
    'inputs',
    ['Error: private-key: is a public key; give the private key that belongs to it'],
  ),
  row(
    'a start outside a workflow',
    inputs({}, { environment: { GITHUB_OUTPUT: '' } }),
    'not in a workflow',
    [
      'Error: GITHUB_OUTPUT is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.',
    ],
  ),
];
