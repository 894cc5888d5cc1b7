import {
  type Assertion,
  type AssertionSigner,
  signAssertion,
  thumbprintOf,
} from '../oauth2/client-assertion.ts';
import {
  clientAssertion,
  clientSecretBasic,
  clientSecretPost,
  type MakeJwt,
  namedClient,
  type Proof,
} from '../oauth2/client-authentication.ts';
import { assertionGrant, subjectTokenGrant } from '../oauth2/grant.ts';
import type { SigningKey } from '../oauth2/keys/signing-key.ts';
import type { Hide } from '../masks/secrets.ts';
import type { Inputs, LocatedInputs } from '../inputs/inputs.ts';
import { usesTlsAuthentication } from '../inputs/client.ts';

/** What proofs are made with. */
export interface ProofContext {
  /** The time of day: epoch, milliseconds. */
  readonly now: () => number;
  readonly randomUUID: () => string;
  /** Keeps a signed JWT out of the log. */
  readonly hide: Hide;
  /** GitHub's ID token for this attempt. */
  readonly readIdToken: () => string;
}

/** What the token request proves: who the client is, and what the grant rests on. */
export function listProofs(inputs: LocatedInputs, context: ProofContext): Proof[] {
  return [...listClientProofs(inputs, context), ...listGrantProofs(inputs, context)];
}

/** The client authentication that the inputs name. */
export function listClientProofs(inputs: LocatedInputs, context: ProofContext): Proof[] {
  const { clientId, clientAuthMethod, clientSecret = '', clientSecretEncoding } = inputs;
  const id = clientId ?? '';
  switch (clientAuthMethod) {
    case undefined:
      return inputs.idTokenAs === 'client_assertion'
        ? [clientAssertion(clientId, context.readIdToken)]
        : [];
    case 'client_secret_basic':
      return [clientSecretBasic(id, clientSecret, clientSecretEncoding)];
    case 'client_secret_post':
      return [clientSecretPost(id, clientSecret)];
    case 'client_secret_jwt':
    case 'private_key_jwt':
      return [clientAssertion(clientId, makeClientJwt(inputs, context))];
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return [namedClient(clientId)];
    case 'none':
      return saysWhoByAssertion(inputs) ? [] : [namedClient(clientId)];
  }
}

/** The grant's assertion says it; some servers refuse a client id beside it, so it goes along only where none is written. */
function saysWhoByAssertion({ privateKeyAs, isMethodWritten }: Inputs): boolean {
  return privateKeyAs === 'assertion' && !isMethodWritten;
}

function listGrantProofs(inputs: LocatedInputs, context: ProofContext): Proof[] {
  if (inputs.privateKeyAs === 'assertion') return [assertionGrant(makeGrantJwt(inputs, context))];
  if (inputs.idTokenAs === 'assertion') return [assertionGrant(context.readIdToken)];
  if (inputs.idTokenAs === 'subject_token') return [subjectTokenGrant(context.readIdToken)];
  return [];
}

function makeClientJwt(inputs: LocatedInputs, context: ProofContext): MakeJwt {
  const { clientId = '' } = inputs;
  return makeJwt(inputs, context, { issuer: clientId, subject: clientId });
}

function makeGrantJwt(inputs: LocatedInputs, context: ProofContext): MakeJwt {
  const { clientId, signingKey } = inputs;
  return makeJwt(inputs, context, nameOwner(clientId, signingKey));
}

/** Whom a signed grant is for: the client, or whoever the key file names. */
function nameOwner(
  clientId: string | undefined,
  signingKey: SigningKey | undefined,
): Pick<Assertion, 'issuer' | 'subject'> {
  const owner = signingKey?.owner;
  const issuer = clientId ?? owner?.issuer;
  // Google's key files name no subject, for there it would mean to act as a user.
  const subject = owner === undefined ? clientId : owner.subject && (clientId ?? owner.subject);
  return { issuer, subject };
}

function makeJwt(
  inputs: LocatedInputs,
  { now, randomUUID, hide }: ProofContext,
  who: Pick<Assertion, 'issuer' | 'subject'>,
): MakeJwt {
  const { assertionAudience, issuer, tokenUrl, assertionClaims: claims } = inputs;
  const audience = assertionAudience ?? issuer ?? tokenUrl;
  const signer = chooseSigner(inputs);
  return () => {
    const jwt = signAssertion({ ...who, audience, claims }, signer, { now, randomUUID });
    hide(jwt);
    return jwt;
  };
}

function chooseSigner(inputs: LocatedInputs): AssertionSigner {
  const { signingKey, clientSecret = '', macAlgorithm, clientCertificate } = inputs;
  if (signingKey === undefined) {
    return { kind: 'secret', secret: clientSecret, algorithm: macAlgorithm };
  }
  return clientCertificate === undefined || usesTlsAuthentication(inputs)
    ? { kind: 'key', key: signingKey }
    : { kind: 'key', key: signingKey, certificateThumbprint: thumbprintOf(clientCertificate) };
}
