/** The rows of the failure tables. */
import { generateKeyPairSync } from 'node:crypto';

import { type Answer, json, reply } from '../../doubles/scripted-server.ts';
import type { StartScene } from '../failure-scene.ts';

/** One failure. */
export interface Failure {
  /** A sentence about behavior. */
  readonly name: string;
  readonly start: StartScene;
  /** The title of the annotation, without `oauth2-token: `. */
  readonly title: string;
  /** The log, in the words of ShownFailure. */
  readonly log: readonly string[];
}

export function row(
  name: string,
  start: StartScene,
  title: string,
  log: readonly string[],
): Failure {
  return { name, start, title, log };
}

export const empty = { 'client-secret': '' } as const;

export const page = reply({
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Sign in</title>',
});

export const unavailable = json(503, {});

/** Two attempts are enough if each lasts until its time is over. */
export const twice = { 'retry-max-attempts': '2' } as const;

function makeKey(type: 'rsa' | 'ec'): string {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export const rsaKey = makeKey('rsa');

export const ecKey = makeKey('ec');

/** The server refuses the request by an error of OAuth. */
export function refused(error: string, description?: string, status = 400): Answer {
  return json(status, { error, error_description: description });
}

export const asking =
  'Requesting a token from login.example.com (client_credentials, scope: read list).';

export const request = [
  '> Request and answer',
  '    POST https://login.example.com/oauth2/token',
  '    client ci-client, client_secret_basic (form), body: grant_type, scope',
];

/** The request of a step whose first attempt was the last. */
export const asked = [asking, ...request];

/** The end of a failure without a second attempt. */
export const onlyAttempt = 'Not retried: retry-max-attempts is 1.';
