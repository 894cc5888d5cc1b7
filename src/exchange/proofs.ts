import {
  type Assertion,
  type AssertionSigner,
  isCertificateOf,
  signAssertion,
  thumbprintOf,
} from '../oauth2/client-assertion.ts';
import type { MakeJwt, Proof } from '../oauth2/client-authentication.ts';
import type { SigningKey } from '../oauth2/keys/signing-key.ts';
import type { Hide } from '../masks/secrets.ts';
import type { LocatedInputs } from '../inputs/inputs.ts';
import { type JwtMakers, listJwtGrants, proveClient } from '../inputs/client/proofs.ts';

/** What is needed to make proofs. */
export interface ProofContext {
  /** The time of day: epoch, milliseconds. */
  readonly now: () => number;
  readonly randomUUID: () => string;
  /** Keeps a signed JWT out of the log. */
  readonly hide: Hide;
  /** GitHub's ID token for this attempt. */
  readonly readIdToken: () => string;
}

/** What the token request proves: who the client is, and that the grant is valid. */
export function listProofs(inputs: LocatedInputs, context: ProofContext): Proof[] {
  const make = makeJwts(inputs, context);
  return [...proveClient(inputs, make), ...listJwtGrants(inputs).map(({ prove }) => prove(make))];
}

/** What proves who the client is. */
export function listClientProofs(inputs: LocatedInputs, context: ProofContext): Proof[] {
  return proveClient(inputs, makeJwts(inputs, context));
}

function makeJwts(inputs: LocatedInputs, context: ProofContext): JwtMakers {
  const { clientId, signingKey } = inputs;
  const client = { issuer: clientId ?? '', subject: clientId ?? '' };
  return {
    client: makeJwt(inputs, context, client),
    grant:
      inputs.privateKeyAs === 'bearer'
        ? makeJwt(inputs, context, { ...nameBearer(clientId, signingKey), age: bearerAge })
        : makeJwt(inputs, context, nameOwner(clientId, signingKey)),
    idToken: context.readIdToken,
  };
}

/** The `iss` and `sub` of a signed grant: the client, or the owner that the key file names. */
function nameOwner(
  clientId: string | undefined,
  signingKey: SigningKey | undefined,
): Pick<Assertion, 'issuer' | 'subject'> {
  const owner = signingKey?.owner;
  const issuer = clientId ?? owner?.issuer;
  // Google's key files name no subject. At Google a subject would mean to act as a user.
  const subject = owner === undefined ? clientId : owner.subject && (clientId ?? owner.subject);
  return { issuer, subject };
}

/**
 * How many seconds before now the `iat` of a JWT in the header is. GitHub refuses a JWT from the future, and recommends
 * this because clocks differ.
 *
 * @see
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
const bearerAge = 60;

/** The `iss` of a JWT in the header. It has a `sub` only if a key file names one. */
function nameBearer(
  clientId: string | undefined,
  signingKey: SigningKey | undefined,
): Pick<Assertion, 'issuer' | 'subject'> {
  const owner = signingKey?.owner;
  return { issuer: clientId ?? owner?.issuer, subject: owner?.subject };
}

function makeJwt(
  inputs: LocatedInputs,
  { now, randomUUID, hide }: ProofContext,
  who: Pick<Assertion, 'issuer' | 'subject' | 'age'>,
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
  return clientCertificate !== undefined && isCertificateOf(clientCertificate, signingKey.key)
    ? { kind: 'key', key: signingKey, certificateThumbprint: thumbprintOf(clientCertificate) }
    : { kind: 'key', key: signingKey };
}
