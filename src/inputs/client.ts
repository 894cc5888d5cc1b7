import { type KeyObject, X509Certificate } from 'node:crypto';

import type { SecretEncoding } from '../oauth2/client-authentication.ts';
import {
  type MacAlgorithm,
  macAlgorithms,
  signingAlgorithms,
} from '../oauth2/keys/signing-algorithm.ts';
import { SigningKeyError } from '../oauth2/keys/signing-key-error.ts';
import { readSigningKey, type SigningKey } from '../oauth2/keys/signing-key.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { formatZuluTime } from '../oauth2/zulu-time.ts';
import type { InputName, KeyName, SecretTextName } from './catalog.ts';
import { type InputReader, shortestSecret } from './reader.ts';
import { explainKeyFault } from './key-faults.ts';
import { parseParameters } from './pairs.ts';
import { readCertificates } from './certificates.ts';
import { got, joinTexts, text, type Text } from '../log/text.ts';

/** The ways to authenticate a client, by the names registered for them (RFC 7591 section 4.2, RFC 8705). */
export const clientAuthMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const;

export type ClientAuthMethod = (typeof clientAuthMethods)[number];

/** What a signed JWT is in the request: it authenticates the client, or it is the grant. */
export type PrivateKeyAs = 'client_assertion' | 'assertion';

/** What GitHub's ID token is in the request. */
export type IdTokenAs = 'client_assertion' | 'assertion' | 'subject_token';

/** Who asks, and by what that is proven. */
export interface ClientInputs {
  /** Undefined where what the request proves says it. */
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  /** Undefined where GitHub's ID token authenticates the client. */
  readonly clientAuthMethod: ClientAuthMethod | undefined;
  /** Whether the method was named, and does not only follow from what is given. */
  readonly isMethodWritten: boolean;
  readonly clientSecretEncoding: SecretEncoding;
  /** Signs the client's assertion, or the grant's. */
  readonly signingKey: SigningKey | undefined;
  /** With which a client secret signs. */
  readonly macAlgorithm: MacAlgorithm;
  readonly privateKeyAs: PrivateKeyAs;
  readonly assertionAudience: string | undefined;
  readonly assertionClaims: readonly Pair[];
  /** PEM, with its chain. */
  readonly clientCertificate: string | undefined;
  readonly clientKey: KeyObject | undefined;
  readonly idTokenAs: IdTokenAs | undefined;
  readonly idTokenAudience: string | undefined;
  readonly refreshToken: string | undefined;
}

/** Whether the client shows its certificate on the TLS connection (RFC 8705). */
export function usesTlsAuthentication({
  clientAuthMethod,
}: Pick<ClientInputs, 'clientAuthMethod'>): boolean {
  return (
    clientAuthMethod === 'tls_client_auth' || clientAuthMethod === 'self_signed_tls_client_auth'
  );
}

/** The credential that each method uses. */
const credentialOf = {
  client_secret_basic: 'client-secret',
  client_secret_post: 'client-secret',
  client_secret_jwt: 'client-secret',
  private_key_jwt: 'private-key',
  tls_client_auth: 'client-key',
  self_signed_tls_client_auth: 'client-key',
  none: undefined,
} as const satisfies Record<ClientAuthMethod, InputName | undefined>;

type CredentialName = 'client-secret' | 'private-key' | 'client-key';

/** The method that a credential stands for where none is named. */
const methodOf: Readonly<Record<CredentialName, ClientAuthMethod>> = {
  'client-secret': 'client_secret_basic',
  'private-key': 'private_key_jwt',
  'client-key': 'tls_client_auth',
};

/**
 * Reads the inputs of the group Who you are, and notes what is wrong with them.
 *
 * @param now epoch, milliseconds
 */
export function readClientInputs(reader: InputReader, now: number): ClientInputs {
  const privateKeyAs = reader.readChoice('private-key-as', ['client_assertion', 'assertion']);
  const idTokenAs = reader.readOptionalChoice('id-token-as', [
    'client_assertion',
    'assertion',
    'subject_token',
  ]);
  const algorithm = reader.readOptionalChoice('signing-algorithm', [
    ...signingAlgorithms,
    ...macAlgorithms,
  ]);
  const client = {
    clientId: readClientId(reader),
    clientSecret: readClientSecret(reader),
    clientAuthMethod: chooseMethod(reader, { privateKeyAs, idTokenAs }),
    isMethodWritten: reader.isGiven('client-auth-method'),
    clientSecretEncoding: reader.readChoice('client-secret-encoding', ['form', 'raw']),
    signingKey: readKey(reader, algorithm),
    macAlgorithm: macAlgorithms.find((one) => one === algorithm) ?? 'HS256',
    privateKeyAs,
    assertionAudience: reader.read('assertion-audience'),
    assertionClaims: readClaims(reader),
    clientCertificate: readClientCertificate(reader, now),
    clientKey: readClientKey(reader),
    idTokenAs,
    idTokenAudience: reader.read('id-token-audience'),
    refreshToken: readSecret(reader, 'refresh-token'),
  };
  checkClientId(reader, client);
  checkCertificate(reader, client);
  checkUse(reader, client);
  return client;
}

function readClientId(reader: InputReader): string | undefined {
  const value = reader.read('client-id');
  // eslint-disable-next-line no-control-regex -- a control character is what is looked for
  if (/[\x00-\x1f\x7f]/.test(value ?? ''))
    reader.complain(text`client-id: has a control character`);
  return value;
}

/** Reads a secret that is hidden as it is. */
export function readSecret(reader: InputReader, name: SecretTextName): string | undefined {
  const value = reader.read(name);
  if (value !== undefined && value.length < shortestSecret) {
    reader.complain(
      text`${name}: has fewer than ${shortestSecret} characters, too few to be hidden in the log`,
    );
  }
  return value;
}

/** A private key that is sent as a secret is given away. */
function readClientSecret(reader: InputReader): string | undefined {
  const value = readSecret(reader, 'client-secret');
  if (/-----BEGIN |"private_key"/.test(value ?? '')) {
    reader.complain(text`client-secret: holds a private key; give it as private-key`);
  }
  return value;
}

function readKey(reader: InputReader, algorithm: string | undefined): SigningKey | undefined {
  const value = reader.read('private-key');
  if (value === undefined) return undefined;
  const keyId = reader.read('private-key-id');
  return tryKey(reader, 'private-key', value, { algorithm, keyId });
}

function readClientKey(reader: InputReader): KeyObject | undefined {
  const value = reader.read('client-key');
  return value === undefined ? undefined : tryKey(reader, 'client-key', value, {})?.key;
}

function tryKey(
  reader: InputReader,
  name: KeyName,
  value: string,
  options: Parameters<typeof readSigningKey>[1],
): SigningKey | undefined {
  try {
    return readSigningKey(value, options);
  } catch (error) {
    if (!(error instanceof SigningKeyError)) throw error;
    reader.complain(text`${name}: ${explainKeyFault(error)}`);
    return undefined;
  }
}

function readClaims(reader: InputReader): readonly Pair[] {
  const { pairs, faults } = parseParameters(reader.readExact('assertion-claims'));
  const names = pairs.map(([name]) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (faults.length > 0) reader.complain(text`assertion-claims: ${joinTexts(faults, ', ')}`);
  if (repeated !== undefined) {
    reader.complain(text`assertion-claims: ${repeated} is given more than once`);
  }
  return pairs;
}

function readClientCertificate(reader: InputReader, now: number): string | undefined {
  const value = reader.read('client-certificate');
  if (value === undefined) return undefined;
  const certificate = readCertificates(value);
  if (certificate === undefined) {
    reader.complain(
      text`client-certificate: takes a certificate in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, its chain after it`,
    );
    return undefined;
  }
  const { validToDate } = new X509Certificate(certificate);
  if (validToDate.getTime() < now) {
    reader.complain(
      text`client-certificate: expired at ${formatZuluTime(validToDate)}; the provider has to issue a new one`,
    );
  }
  return certificate;
}

/** What decides on the method besides the credentials. */
interface Roles {
  readonly privateKeyAs: PrivateKeyAs;
  readonly idTokenAs: IdTokenAs | undefined;
}

function chooseMethod(reader: InputReader, roles: Roles): ClientAuthMethod | undefined {
  if (roles.idTokenAs === 'client_assertion') {
    for (const name of ['client-auth-method', ...listOffered(reader, roles)] as const) {
      if (reader.isGiven(name)) complainOfIdToken(reader, name);
    }
    return undefined;
  }
  const written = reader.readOptionalChoice('client-auth-method', clientAuthMethods);
  if (!reader.isGiven('client-auth-method')) return inferMethod(reader, roles);
  if (written !== undefined) checkMethod(reader, written, roles);
  return written;
}

function complainOfIdToken(reader: InputReader, name: InputName): void {
  reader.complain(
    text`${name}: is not used with id-token-as: client_assertion, for the ID token authenticates the client`,
  );
}

/** The credentials of the client that are given. */
function listOffered(reader: InputReader, { privateKeyAs }: Roles): CredentialName[] {
  const possible: readonly CredentialName[] =
    privateKeyAs === 'assertion'
      ? ['client-secret', 'client-key']
      : ['client-secret', 'private-key', 'client-key'];
  return possible.filter((name) => reader.isGiven(name));
}

/** The input that makes a signed JWT or an ID token the grant, if one does. */
function nameGrantProof({ privateKeyAs, idTokenAs }: Roles): string | undefined {
  if (privateKeyAs === 'assertion') return 'private-key-as: assertion';
  return idTokenAs === undefined ? undefined : `id-token-as: ${idTokenAs}`;
}

/** By what is given. Nothing at all never turns into `none` by itself, for an empty secret looks the same. */
function inferMethod(reader: InputReader, roles: Roles): ClientAuthMethod | undefined {
  const offered = listOffered(reader, roles);
  const proof = nameGrantProof(roles);
  const [first] = offered;
  if (first === undefined) {
    if (proof !== undefined) return 'none';
    // With an ID token in mind, no secret is missing; what is wrong with these inputs is said elsewhere.
    if (reader.isGiven('id-token-as') || reader.isGiven('id-token-audience')) return undefined;
    reader.missSecret(guessMissing(reader));
    return undefined;
  }
  if (offered.length > 1) {
    reader.complain(text`client-auth-method is required, for there are ${offered.join(' and ')}`);
  } else if (proof !== undefined) {
    reader.complain(
      text`client-auth-method is required, for ${proof} is the grant and ${first} is given besides; none sends no ${first}`,
    );
  }
  return methodOf[first];
}

/** The secret that somebody meant to give, by what else is given. */
function guessMissing(reader: InputReader): CredentialName {
  const ofKey = ['private-key-id', 'assertion-audience', 'assertion-claims'] as const;
  const algorithm = reader.read('signing-algorithm');
  const isForKey = signingAlgorithms.some((one) => one === algorithm);
  if (isForKey || ofKey.some((name) => reader.isGiven(name))) return 'private-key';
  return reader.isGiven('client-certificate') ? 'client-key' : 'client-secret';
}

/** Notes where a method lacks its credential, or is given one that it does not use. */
function checkMethod(reader: InputReader, method: ClientAuthMethod, roles: Roles): void {
  const credential = credentialOf[method];
  const offered = listOffered(reader, roles);
  if (credential !== undefined && !offered.includes(credential)) {
    if (credential === 'private-key' && reader.isGiven('private-key')) {
      reader.complain(
        text`client-auth-method: private_key_jwt needs private-key-as: client_assertion`,
      );
    } else {
      reader.missSecret(credential);
    }
  }
  for (const name of offered.filter((one) => one !== credential)) {
    reader.complain(text`${name}: is not used by client-auth-method: ${method}`);
  }
  if (method === 'client_secret_jwt' && roles.privateKeyAs === 'assertion') {
    reader.complain(
      text`client-auth-method: ${method} cannot be used with private-key-as: assertion, for assertion-audience and assertion-claims would be meant for both JWTs`,
    );
  }
}

/** A JWT or an ID token can say who asks; a secret or a certificate cannot, even where it is sent besides. */
function checkClientId(reader: InputReader, client: Omit<ClientInputs, 'clientId'>): void {
  const { clientAuthMethod = 'none', privateKeyAs, idTokenAs } = client;
  const isSaid = idTokenAs !== undefined || (privateKeyAs === 'assertion' && namesIssuer(client));
  if (isSaid && clientAuthMethod === 'none') return;
  // Nothing is known of the owner of a key that could not be read, which has a problem of its own.
  if (privateKeyAs === 'assertion' && reader.isGiven('private-key') && !client.signingKey) return;
  if (!reader.isGiven('client-id')) reader.complain(sayMissingId(client));
}

function sayMissingId({ privateKeyAs, signingKey }: Omit<ClientInputs, 'clientId'>): Text {
  return privateKeyAs !== 'assertion' && signingKey?.owner !== undefined
    ? text`client-id is required, or private-key-as: assertion where the key file itself says who asks`
    : text`client-id is required (a variable or a secret that does not exist reads as empty)`;
}

function namesIssuer({
  signingKey,
  assertionClaims,
}: Pick<ClientInputs, 'signingKey' | 'assertionClaims'>): boolean {
  const isClaimed = assertionClaims.some(([name, value]) => name === 'iss' && value !== '');
  return isClaimed || signingKey?.owner !== undefined;
}

/** Notes where certificate and key do not belong together. */
function checkCertificate(
  reader: InputReader,
  { clientCertificate, clientKey, clientAuthMethod, signingKey }: ClientInputs,
): void {
  if (clientKey !== undefined && !reader.isGiven('client-certificate')) {
    reader.complain(text`client-certificate is required with client-key`);
  }
  if (clientCertificate === undefined) return;
  const isForTls = credentialOf[clientAuthMethod ?? 'none'] === 'client-key';
  const hasOwnKey = isForTls || reader.isGiven('client-key');
  const [name, key] = hasOwnKey
    ? (['client-key', clientKey] as const)
    : (['private-key', signingKey?.key] as const);
  if (key === undefined) return;
  if (!new X509Certificate(clientCertificate).checkPrivateKey(key)) {
    reader.complain(text`client-certificate: does not belong to ${name}`);
  }
}

/** Notes what is given and would change nothing. */
function checkUse(reader: InputReader, client: ClientInputs): void {
  const { clientAuthMethod, idTokenAs, privateKeyAs } = client;
  const hasKey = reader.isGiven('private-key');
  const signs = hasKey || clientAuthMethod === 'client_secret_jwt';
  if (privateKeyAs === 'assertion' && !hasKey) reader.missSecret('private-key');
  for (const name of ['assertion-audience', 'assertion-claims', 'signing-algorithm'] as const) {
    if (reader.isGiven(name) && !signs && !reader.missesSecret) {
      reader.complain(
        text`${name}: has no meaning without a signed JWT (private-key, or client-auth-method: client_secret_jwt)`,
      );
    }
  }
  if (reader.isGiven('private-key-id') && !hasKey && !reader.missesSecret) {
    reader.complain(text`private-key-id: has no meaning without private-key`);
  }
  if (!hasKey) checkCertificateUse(reader, client);
  if (reader.isGiven('id-token-audience') && idTokenAs === undefined) {
    reader.complain(text`id-token-audience: has no meaning without id-token-as`);
  }
  if (clientAuthMethod === 'client_secret_jwt') checkMacAlgorithm(reader);
}

/** Notes where a certificate has no key: it was forgotten, or the certificate is not wanted at all. */
function checkCertificateUse(
  reader: InputReader,
  { clientAuthMethod, idTokenAs }: ClientInputs,
): void {
  const isAlone = reader.isGiven('client-certificate') && !reader.isGiven('client-key');
  if (!isAlone || reader.missesSecret) return;
  if (idTokenAs === 'client_assertion') {
    complainOfIdToken(reader, 'client-certificate');
  } else if (clientAuthMethod !== undefined && reader.isGiven('client-auth-method')) {
    reader.complain(
      text`client-certificate: is not used by client-auth-method: ${clientAuthMethod}`,
    );
  } else {
    reader.missSecret('client-key');
  }
}

function checkMacAlgorithm(reader: InputReader): void {
  const algorithm = reader.read('signing-algorithm');
  if (algorithm === undefined || macAlgorithms.some((one) => one === algorithm)) return;
  reader.complain(
    text`signing-algorithm: ${got(algorithm)}, takes ${macAlgorithms.join(', ')} with client-auth-method: client_secret_jwt`,
  );
}
