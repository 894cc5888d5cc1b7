import { encodeBasic, encodeForm } from '../oauth2/client-authentication.ts';
import { listPrivateParts } from '../oauth2/keys/private-parts.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { readInput, shortestSecret } from '../inputs/reader.ts';
import { parseHeaders, parseParameters } from '../inputs/pairs.ts';

/** The fewest characters of a value that only its name makes a secret. */
const shortestGuess = 8;

const secretParameter =
  /^(password|code|device_code|code_verifier|otp)$|(_token|secret|assertion)$/i;
const secretHeader = /(^|[-_]|api)(key|token|secret)$/i;

/**
 * Lists what must never be seen in the log, in every form in which it travels: secret inputs, and the proxy's password.
 * It reads the environment as it is, before anything is checked, for an input error must not show a secret either.
 *
 * @param env the step's environment
 */
export function listSecrets(env: NodeJS.ProcessEnv): string[] {
  const secrets = [
    ...listClientSecrets(env),
    ...listInFull(readInput(env, 'cache-encryption-key')),
    ...listInFull(readInput(env, 'refresh-token')),
    ...listPrivateParts(readInput(env, 'private-key')),
    ...listPrivateParts(readInput(env, 'client-key')),
    ...listSecretParameters(readInput(env, 'parameters', 'exact')),
    ...listSecretHeaders(readInput(env, 'headers', 'exact')),
    ...listProxySecrets(env),
  ];
  return [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
}

/** A secret as it is, and as a form and JSON write it. */
function listInFull(secret: string): string[] {
  return [secret, encodeForm(secret), JSON.stringify(secret).slice(1, -1)];
}

function listClientSecrets(env: NodeJS.ProcessEnv): string[] {
  const secret = readInput(env, 'client-secret');
  const id = readInput(env, 'client-id');
  // The Basic value of a secret that is too short to be masked would be a mask for nothing.
  if (secret.length < shortestSecret) return [];
  return [...listInFull(secret), encodeBasic(id, secret, 'form'), encodeBasic(id, secret, 'raw')];
}

function listSecretParameters(input: string): string[] {
  return parseParameters(input)
    .pairs.filter(([name]) => secretParameter.test(name))
    .filter(isLongEnough)
    .flatMap(([, value]) => listInFull(value));
}

function listSecretHeaders(input: string): string[] {
  return parseHeaders(input)
    .pairs.map(([name, value]): Pair => [name, withoutScheme(name, value)])
    .filter(([name]) => secretHeader.test(name) || /^(authorization|cookie)$/i.test(name))
    .filter(isLongEnough)
    .map(([, value]) => value);
}

function isLongEnough([, value]: Pair): boolean {
  return value.length >= shortestGuess;
}

/** The scheme is no secret, and with it the mask would not match the credentials alone. */
function withoutScheme(name: string, value: string): string {
  return name.toLowerCase() === 'authorization' ? value.replace(/^\S+\s+/, '') : value;
}

function listProxySecrets(env: NodeJS.ProcessEnv): string[] {
  return ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].flatMap((name) => {
    const value = env[name] ?? '';
    const proxy = /^https?:\/\//i.test(value) ? value : `http://${value}`;
    return URL.canParse(proxy) ? listUserInfoSecrets(new URL(proxy)) : [];
  });
}

function listUserInfoSecrets({ username, password }: URL): string[] {
  if (password === '') return [];
  const decoded = decodeOr(password);
  return [password, decoded, Buffer.from(`${decodeOr(username)}:${decoded}`).toString('base64')];
}

/** Decodes percent escapes; what is no such escape stays as it is. */
function decodeOr(component: string): string {
  try {
    return decodeURIComponent(component);
  } catch {
    return component;
  }
}

/** The members of a response that are taken for secrets, by the last word of their name. */
const secretMember = /(token|secret|assertion|password|key|signature|code|jwt)$/i;

/** Lists the secrets among the members of a response, at any depth. */
export function listSecretMembers(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    return secretMember.test(name) && value.length >= shortestGuess ? [value] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    listSecretMembers(member, Array.isArray(value) ? name : key),
  );
}

/** A copy of a response's members without its secrets, at any depth. */
export function dropSecretMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(dropSecretMembers);
  const kept = Object.entries(value).filter(([name]) => !secretMember.test(name));
  return Object.fromEntries(kept.map(([name, member]) => [name, dropSecretMembers(member)]));
}
