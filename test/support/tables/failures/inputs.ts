/** Inputs that cannot be used. */
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

/** Inputs that cannot be used. */
export const inputFailures: readonly Failure[] = [
  row('an empty secret on a pull request from a fork', inputs(empty, forked), 'inputs', [
    "Error: client-secret is empty. This run is for a pull request from a fork, and GitHub does not give secrets to such runs. Set if-no-credentials: skip, or add `if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository` to the job.",
  ]),
  row("an empty secret in a run of Dependabot's", inputs(empty, dependabot), 'inputs', [
    "Error: client-secret is empty. Dependabot started this run, and such runs get only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), set if-no-credentials: skip, or add `if: github.actor != 'dependabot[bot]'` to the job.",
  ]),
  row('an empty secret elsewhere', inputs(empty), 'inputs', [
    'Error: client-secret is empty. A secret that does not exist is empty, so check its name. A secret of an environment requires `environment:` on the job, a reusable workflow requires `secrets: inherit`, and a secret of an organization must be shared with this repository.',
  ]),
  row('an empty private key', inputs({ ...empty, 'private-key-id': 'key-1' }), 'inputs', [
    'Error: private-key is empty. A secret that does not exist is empty, so check its name. A secret of an environment requires `environment:` on the job, a reusable workflow requires `secrets: inherit`, and a secret of an organization must be shared with this repository.',
  ]),
  row('an empty refresh token', inputs({ 'grant-type': 'refresh_token' }), 'inputs', [
    'Error: refresh-token is empty. A secret that does not exist is empty, so check its name. A secret of an environment requires `environment:` on the job, a reusable workflow requires `secrets: inherit`, and a secret of an organization must be shared with this repository.',
  ]),
  row(
    'several inputs that cannot be worked with',
    inputs({
      'retry-max-attempts': 'many',
      'token-url': 'http://login.example.com/token',
    }),
    'inputs',
    [
      'Error: 2 inputs need attention: retry-max-attempts: got "many"; must be a whole number, 1 or more. token-url: got "http://login.example.com/token"; must begin with https:// (or set allow-http: true).',
    ],
  ),
  row('a secret that is too short', inputs({ 'client-secret': 'abc' }), 'inputs', [
    'Error: client-secret: has fewer than 4 characters and cannot be hidden in the log.',
  ]),
  row('a private key beside a secret', inputs({ 'private-key': rsaKey }), 'inputs', [
    'Error: Both client-secret and private-key are set. Remove one, or choose with client-auth-method.',
  ]),
  row(
    'a private key that does not parse',
    inputs({ ...empty, 'private-key': 'not a key' }),
    'inputs',
    [
      'Error: private-key: is not a private key; must be a PEM, a JWK, or a key file from Google or Zitadel.',
    ],
  ),
  row(
    'a private key that is damaged',
    inputs({ ...empty, 'private-key': rsaKey.replace(/\n.{64}\n/, '\n') }),
    'inputs',
    ['Error: private-key: is a damaged PEM; copy all of it, from the first line to the last.'],
  ),
  row(
    'a private key that does not fit the algorithm',
    inputs({ ...empty, 'private-key': ecKey, 'signing-algorithm': 'RS256' }),
    'inputs',
    [
      'Error: private-key: is a key (EC P-256) that cannot sign with RS256; remove signing-algorithm, or use another key.',
    ],
  ),
  row('an encrypted private key', inputs({ ...empty, 'private-key': encryptedKey() }), 'inputs', [
    'Error: private-key: is encrypted with a passphrase; store the key that this prints: `openssl pkey -in key.pem`.',
  ]),
  row(
    'a public key',
    inputs({
      ...empty,
      'private-key': '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    }),
    'inputs',
    ['Error: private-key: is a public key; set it to the private key.'],
  ),
  row(
    'a start outside a workflow',
    inputs({}, { environment: { GITHUB_OUTPUT: '' } }),
    'not in a workflow',
    [
      'Error: GITHUB_OUTPUT is not set. This action runs as a step of a GitHub Actions workflow. To try settings without a workflow, use npm run demo.',
    ],
  ),
];
