/** Inputs as a step gets them, and their errors, for tests of the modules that read them. */
import { generateKeyPairSync } from 'node:crypto';

import { InputReader } from '../../../src/inputs/reader.ts';
import { type Inputs, readInputs, type LocatedInputs } from '../../../src/inputs/inputs.ts';
import { renderText, type Text } from '../../../src/log/text.ts';
import { createInputEnvironment } from '../doubles/fakes.ts';

/** Inputs by name. Empty ones are left out. */
export type Given = Readonly<Record<string, string>>;

/** A text as people see it. */
export function say(line: Text): string {
  return renderText(line, (all) => all);
}

/** A line of the log, as a fake runner remembers it. */
export function line(text: Text): string {
  return `info ${say(text)}`;
}

/** The usual inputs: a client with a secret, at `login.example.com`. */
export const usualInputs: Given = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': 's3cret-value',
  scopes: 'read list',
};

/** Reads the usual inputs and these. */
export function readUsualInputs(given: Given = {}): Inputs {
  return readInputs(createInputEnvironment({ ...usualInputs, ...given }), { debug: false });
}

/** Reads the usual inputs and these; throws if they name no token endpoint. */
export function readLocatedInputs(given: Given = {}): LocatedInputs {
  const { tokenUrl, ...inputs } = readUsualInputs(given);
  if (tokenUrl === undefined) throw new Error('There is no token-url.');
  return { ...inputs, tokenUrl };
}

/** What a module read from the inputs, and the errors that it found. */
export interface Reading<T> {
  readonly value: T;
  /** In the order in which they were found. */
  readonly problems: readonly string[];
  /** The required secret that is empty. */
  readonly empty: string | undefined;
}

/** Lets a module read only these inputs. */
export function readWith<T>(read: (reader: InputReader) => T, given: Given): Reading<T> {
  const reader = new InputReader(createInputEnvironment(given));
  const value = read(reader);
  return { value, problems: reader.problems.map(say), empty: reader.findEmptySecret()?.name };
}

/** Makes a private key, PEM. */
export function generatePem(type: 'ec' | 'rsa' = 'ec'): string {
  const { privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Writes a key file as Google's console downloads it. */
export function writeGoogleKeyFile(pem: string): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'acme-prod',
    private_key_id: 'google-key-1',
    private_key: pem,
    client_email: 'ci@acme-prod.iam.gserviceaccount.com',
    client_id: '1234567890',
    token_uri: 'https://oauth2.googleapis.com/token',
  });
}

/** Writes a key file as Zitadel's console downloads it. */
export function writeZitadelKeyFile(pem: string): string {
  return JSON.stringify({ type: 'serviceaccount', keyId: 'zitadel-key-1', key: pem, userId: '42' });
}
