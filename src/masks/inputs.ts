import { type InputName, secretInputs, type SecretKind } from '../inputs/catalog.ts';
import { parseHeaders, parseParameters } from '../inputs/pairs.ts';
import { readInput, shortestSecret } from '../inputs/reader.ts';
import { encodeBasic, encodeForm } from '../oauth2/client-authentication.ts';
import { listPrivateParts } from '../oauth2/keys/private-parts.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { isSecretHeader, isSecretParameter, shortestGuess } from './names.ts';

type ListSecrets = (env: NodeJS.ProcessEnv, name: InputName) => string[];

/** How the secrets of an input are found. */
const listers: Readonly<Record<SecretKind, ListSecrets>> = {
  text: (env, name) => listForms(readInput(env, name)),
  client_secret: listClientSecrets,
  private_key: (env, name) => listPrivateParts(readInput(env, name)),
  parameters: (env, name) => listSecretParameters(readInput(env, name, 'exact')),
  headers: (env, name) => listSecretHeaders(readInput(env, name, 'exact')),
};

/**
 * Lists the secrets of all inputs, in every form in which they travel.
 *
 * @param env the step's environment
 */
export function listInputSecrets(env: NodeJS.ProcessEnv): string[] {
  return secretInputs.flatMap(([name, kind]) => listers[kind](env, name));
}

/** A secret as it is, and as a form and JSON write it. */
function listForms(secret: string): string[] {
  return [secret, encodeForm(secret), JSON.stringify(secret).slice(1, -1)];
}

function listClientSecrets(env: NodeJS.ProcessEnv, name: InputName): string[] {
  const secret = readInput(env, name);
  const id = readInput(env, 'client-id');
  // The Basic value of a secret that is too short to be masked would be a mask for nothing.
  if (secret.length < shortestSecret) return [];
  return [...listForms(secret), encodeBasic(id, secret, 'form'), encodeBasic(id, secret, 'raw')];
}

function listSecretParameters(input: string): string[] {
  return parseParameters(input)
    .pairs.filter(([name]) => isSecretParameter(name))
    .filter(isLongEnough)
    .flatMap(([, value]) => listForms(value));
}

function listSecretHeaders(input: string): string[] {
  return parseHeaders(input)
    .pairs.filter(([name]) => isSecretHeader(name))
    .map(([name, value]): Pair => [name, withoutScheme(name, value)])
    .filter(isLongEnough)
    .map(([, value]) => value);
}

function isLongEnough([, value]: Pair): boolean {
  return value.length >= shortestGuess;
}

/** The scheme is no secret. With it, the mask would not match where the credentials stand without a scheme. */
function withoutScheme(name: string, value: string): string {
  return name.toLowerCase() === 'authorization' ? value.replace(/^\S+\s+/, '') : value;
}
