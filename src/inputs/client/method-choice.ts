import { text } from '../../log/text.ts';
import { signingAlgorithms } from '../../oauth2/keys/signing-algorithm.ts';
import type { InputReader } from '../reader.ts';
import {
  type ClientAuthMethod,
  clientAuthMethods,
  clientMethods,
  type CredentialName,
  credentialNames,
  impliedMethods,
  signsWithSecret,
} from './client-methods.ts';
import { authenticatesClient, listJwtGrants, type Roles } from './proofs.ts';
import { offersClientKey } from './tls-credentials.ts';

/**
 * The method that is named, or that follows from what is given; undefined where GitHub's ID token authenticates the
 * client, and where no method can be chosen, which is then noted.
 */
export function chooseMethod(reader: InputReader, roles: Roles): ClientAuthMethod | undefined {
  if (authenticatesClient(roles.idTokenAs)) {
    for (const name of ['client-auth-method', ...listOffered(reader, roles)] as const) {
      if (!reader.isGiven(name)) continue;
      reader.complain(
        text`${name}: cannot be used with id-token-as: client_assertion, because GitHub's OIDC token authenticates the client`,
      );
    }
    return undefined;
  }
  const written = reader.readOptionalChoice('client-auth-method', clientAuthMethods);
  if (!reader.isGiven('client-auth-method')) return inferMethod(reader, roles);
  if (written !== undefined) checkMethod(reader, written, roles);
  return written;
}

/** The credentials that are given, but for the certificate: it goes with every method. */
function listOffered(reader: InputReader, { privateKeyAs }: Roles): CredentialName[] {
  return credentialNames
    .filter((name) => name !== 'private-key' || authenticatesClient(privateKeyAs))
    .filter((name) => name !== 'client-key' && reader.isGiven(name));
}

/** By what is given. Nothing at all never turns into `none` by itself: an empty secret looks the same. */
function inferMethod(reader: InputReader, roles: Roles): ClientAuthMethod | undefined {
  const offered = listOffered(reader, roles);
  const [grant] = listJwtGrants(roles);
  const [first] = offered;
  if (first === undefined) {
    if (grant !== undefined) return 'none';
    if (offersClientKey(reader)) return impliedMethods['client-key'];
    // With an ID token in mind, no secret is missing; what is wrong with these inputs is reported elsewhere.
    if (reader.isGiven('id-token-as') || reader.isGiven('id-token-audience')) return undefined;
    reader.missSecret(guessMissing(reader));
    return undefined;
  }
  if (offered.length > 1) {
    reader.complain(
      text`Both ${offered.join(' and ')} are set. Remove one, or choose with client-auth-method`,
    );
  } else if (grant !== undefined) {
    reader.complain(
      text`Both ${grant.written} and ${first} are set. Choose with client-auth-method; none does not send ${first}`,
    );
  }
  return impliedMethods[first];
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
  const { credential } = clientMethods[method];
  const offered = listOffered(reader, roles);
  const isOffered =
    credential === 'client-key'
      ? offersClientKey(reader)
      : credential === undefined || offered.includes(credential);
  if (credential !== undefined && !isOffered) {
    if (credential === 'private-key' && reader.isGiven('private-key')) {
      reader.complain(
        text`client-auth-method: ${method} requires private-key-as: client_assertion`,
      );
    } else {
      reader.missSecret(credential);
    }
  }
  for (const name of offered.filter((one) => one !== credential)) {
    reader.complain(text`${name}: cannot be used with client-auth-method: ${method}`);
  }
  if (signsWithSecret(method) && !authenticatesClient(roles.privateKeyAs)) {
    reader.complain(
      text`client-auth-method: ${method} cannot be used with private-key-as: ${roles.privateKeyAs}, because assertion-audience and assertion-claims would apply to both JWTs`,
    );
  }
}
