import { got, text, type Text } from '../../log/text.ts';
import {
  type MacAlgorithm,
  macAlgorithms,
  signingAlgorithms,
} from '../../oauth2/keys/signing-algorithm.ts';
import type { SigningKey } from '../../oauth2/keys/signing-key.ts';
import type { Parameter } from '../../oauth2/request-body.ts';
import type { InputReader } from '../reader.ts';
import { clientAuthMethods, signsWithSecret } from './client-methods.ts';
import { readClaims, readClientSecret, readKey, readSecret } from './credentials.ts';
import { chooseMethod } from './method-choice.ts';
import {
  authenticatesClient,
  type IdTokenAs,
  idTokenRoles,
  privateKeyRoles,
  type ProofInputs,
} from './proofs.ts';
import { offersClientKey, readTlsCredentials, type TlsCredentials } from './tls-credentials.ts';

/** Who the client is, and by what that is proven. */
export interface ClientInputs extends ProofInputs, TlsCredentials {
  /** Signs the client's assertion, or the grant's. */
  readonly signingKey: SigningKey | undefined;
  /** With which a client secret signs. */
  readonly macAlgorithm: MacAlgorithm;
  readonly assertionAudience: string | undefined;
  readonly assertionClaims: readonly Parameter[];
  readonly idTokenAudience: string | undefined;
  readonly refreshToken: string | undefined;
}

/**
 * Reads the inputs of the group Who you are, and notes what is wrong with them.
 *
 * @param now epoch, milliseconds
 */
export function readClientInputs(reader: InputReader, now: number): ClientInputs {
  const privateKeyAs = reader.readChoice('private-key-as', privateKeyRoles);
  const idTokenAs = reader.readOptionalChoice('id-token-as', idTokenRoles);
  const idTokenParameter = readIdTokenParameter(reader, idTokenAs);
  const algorithm = reader.readOptionalChoice('signing-algorithm', [
    ...signingAlgorithms,
    ...macAlgorithms,
  ]);
  const signingKey = readKey(reader, algorithm);
  const client = {
    clientId: readClientId(reader),
    clientSecret: readClientSecret(reader),
    clientAuthMethod: chooseMethod(reader, { privateKeyAs, idTokenAs, idTokenParameter }),
    isMethodWritten: reader.isGiven('client-auth-method'),
    clientSecretEncoding: reader.readChoice('client-secret-encoding', ['form', 'raw']),
    signingKey,
    macAlgorithm: macAlgorithms.find((one) => one === algorithm) ?? 'HS256',
    privateKeyAs,
    assertionAudience: reader.read('assertion-audience'),
    assertionClaims: readClaims(reader),
    ...readTlsCredentials(reader, signingKey, now),
    idTokenAs,
    idTokenParameter,
    idTokenAudience: reader.read('id-token-audience'),
    refreshToken: readSecret(reader, 'refresh-token'),
  };
  checkClientId(reader, client);
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

function readIdTokenParameter(
  reader: InputReader,
  idTokenAs: IdTokenAs | undefined,
): string | undefined {
  const name = reader.read('id-token-parameter');
  if (idTokenAs === 'parameter') {
    if (name === undefined) {
      reader.complain(
        text`id-token-parameter: is required with id-token-as: parameter; it is the name of the parameter that has GitHub's OIDC token`,
      );
    }
    return name;
  }
  if (name !== undefined && (idTokenAs !== undefined || !reader.isGiven('id-token-as'))) {
    reader.complain(text`id-token-parameter: can only be used with id-token-as: parameter`);
  }
  return undefined;
}

/** A JWT or an ID token can name the client. A secret or a certificate cannot, even where it is sent as well. */
function checkClientId(reader: InputReader, client: Omit<ClientInputs, 'clientId'>): void {
  const { clientAuthMethod = 'none', privateKeyAs, idTokenAs } = client;
  const isGrant = !authenticatesClient(privateKeyAs);
  const isSaid = idTokenAs !== undefined || (isGrant && namesIssuer(client));
  if (isSaid && clientAuthMethod === 'none') return;
  // An empty variable is no reason to send none: who wants that writes it.
  if (client.isMethodWritten && clientAuthMethod === 'none' && !isGrant) return;
  // Nothing is known of the owner of a key that could not be read, which has a problem of its own.
  if (isGrant && reader.isGiven('private-key') && !client.signingKey) return;
  if (!reader.isGiven('client-id')) reader.miss(sayMissingId(client));
}

function sayMissingId({ privateKeyAs, signingKey }: Omit<ClientInputs, 'clientId'>): Text {
  return authenticatesClient(privateKeyAs) && signingKey?.owner !== undefined
    ? text`client-id is required. With a key file from Google or Zitadel it usually is not: set private-key-as: assertion`
    : text`client-id is required (a variable or secret that does not exist is empty)`;
}

function namesIssuer({
  signingKey,
  assertionClaims,
}: Pick<ClientInputs, 'signingKey' | 'assertionClaims'>): boolean {
  const isClaimed = assertionClaims.some(([name, value]) => name === 'iss' && value !== '');
  return isClaimed || signingKey?.owner !== undefined;
}

/** Notes what is given and would change nothing. */
function checkUse(reader: InputReader, client: ClientInputs): void {
  const { clientAuthMethod, idTokenAs, privateKeyAs } = client;
  const hasKey = reader.isGiven('private-key');
  const signs = hasKey || signsWithSecret(clientAuthMethod);
  if (!authenticatesClient(privateKeyAs) && !hasKey) reader.missSecret('private-key');
  const byMac = clientAuthMethods.filter(signsWithSecret).join(' or ');
  for (const name of ['assertion-audience', 'assertion-claims', 'signing-algorithm'] as const) {
    if (reader.isGiven(name) && !signs && !reader.missesSecret) {
      reader.complain(
        text`${name}: can only be used with a signed JWT (private-key, or client-auth-method: ${byMac})`,
      );
    }
  }
  if (reader.isGiven('private-key-id') && !hasKey && !reader.missesSecret) {
    reader.complain(text`private-key-id: can only be used with private-key`);
  }
  if (!hasKey) checkCertificateUse(reader);
  if (reader.isGiven('id-token-audience') && idTokenAs === undefined) {
    reader.complain(text`id-token-audience: can only be used with id-token-as`);
  }
  if (signsWithSecret(clientAuthMethod)) checkMacAlgorithm(reader, client);
}

/** Notes where a certificate has no key. */
function checkCertificateUse(reader: InputReader): void {
  if (!reader.isGiven('client-certificate') || offersClientKey(reader)) return;
  if (!reader.missesSecret) reader.missSecret('client-key');
}

function checkMacAlgorithm(reader: InputReader, { clientAuthMethod = 'none' }: ClientInputs): void {
  const algorithm = reader.read('signing-algorithm');
  if (algorithm === undefined || macAlgorithms.some((one) => one === algorithm)) return;
  reader.complain(
    text`signing-algorithm: ${got(algorithm)}; must be ${macAlgorithms.join(', ')} with client-auth-method: ${clientAuthMethod}`,
  );
}
