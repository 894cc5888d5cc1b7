import { type InputName, secretInputs, type SecretKind } from '../inputs/catalog.ts';
import { holdsOnlyCertificates } from '../inputs/certificates.ts';
import { parseHeaders, parseParameters } from '../inputs/pairs.ts';
import { readInput, shortestSecret } from '../inputs/reader.ts';
import { encodeBasic, encodeForm, encodeQuery } from '../oauth2/client-authentication.ts';
import { listPrivateParts } from '../oauth2/keys/private-parts.ts';
import { listSecretValues } from '../inputs/secret-names.ts';

type ListSecrets = (env: NodeJS.ProcessEnv, name: InputName) => string[];

/** How the secrets of an input are found. */
const listers: Readonly<Record<SecretKind, ListSecrets>> = {
  text: (env, name) => listForms(readInput(env, name)),
  client_secret: listClientSecrets,
  private_key: (env, name) => listPrivateParts(readInput(env, name)),
  certificate: (env, name) => listBesideCertificates(readInput(env, name)),
  parameters: (env, name) => listSecretParameters(readInput(env, name, 'exact')),
  headers: (env, name) => listSecretHeaders(readInput(env, name, 'exact')),
  query: (env, name) => listSecretQuery(readInput(env, name)),
};

/**
 * Lists the secrets of all inputs, in every form in which they are sent.
 *
 * @param env the step's environment
 */
export function listInputSecrets(env: NodeJS.ProcessEnv): string[] {
  return secretInputs
    .filter(([name]) => readInput(env, name) !== '')
    .flatMap(([name, kind]) => listers[kind](env, name));
}

/** A secret as it is, and as a form, a query and JSON write it. */
function listForms(secret: string): string[] {
  return [secret, encodeForm(secret), encodeQuery(secret), JSON.stringify(secret).slice(1, -1)];
}

function listClientSecrets(env: NodeJS.ProcessEnv, name: InputName): string[] {
  const secret = readInput(env, name);
  const id = readInput(env, 'client-id');
  // A secret that is too short to be masked needs no mask of its Basic value.
  if (secret.length < shortestSecret) return [];
  return [...listForms(secret), encodeBasic(id, secret, 'form'), encodeBasic(id, secret, 'raw')];
}

/** A certificate is not a secret. But next to it, or in its place, there may be a key. */
function listBesideCertificates(input: string): string[] {
  return holdsOnlyCertificates(input) ? [] : listPrivateParts(input);
}

function listSecretParameters(input: string): string[] {
  return parseParameters(input)
    .pairs.flatMap(([name, value]) => listSecretValues(value, name))
    .flatMap(listForms);
}

/** The values as they are written in the URL, and decoded. A value that is not a URL is reported later. */
function listSecretQuery(input: string): string[] {
  // In the form that is written, and in the form that is sent.
  return [input, URL.parse(input)?.href ?? ''].flatMap(listQuerySecrets);
}

function listQuerySecrets(url: string): string[] {
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? [];
  return query.split('&').flatMap((written) => {
    const [[name = '', value = ''] = []] = new URLSearchParams(written);
    const secrets = listSecretValues(value, name);
    if (secrets.length === 0) return [];
    return [...secrets.flatMap(listForms), written.slice(written.indexOf('=') + 1)];
  });
}

function listSecretHeaders(input: string): string[] {
  return parseHeaders(input).pairs.flatMap(([name, value]) => [
    ...listSecretValues(withoutScheme(name, value), name),
    ...listBasicPassword(name, value),
  ]);
}

/** The password in a complete Basic value. The mask of the whole value would not hide the password by itself. */
function listBasicPassword(name: string, value: string): string[] {
  const credentials = /^basic\s+(\S+)$/i.exec(value)?.[1];
  if (credentials === undefined || !/authorization$/i.test(name)) return [];
  const [, password = ''] =
    /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? [];
  return password.length < shortestSecret ? [] : listForms(password);
}

/** The scheme is not a secret. A mask with the scheme would not match credentials without a scheme. */
function withoutScheme(name: string, value: string): string {
  return /authorization$/i.test(name) ? value.replace(/^\S+\s+/, '') : value;
}
