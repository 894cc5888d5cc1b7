import {
  bearerHeader,
  clientAssertion,
  type MakeJwt,
  type Proof,
  proveBy,
  type SecretEncoding,
} from '../../oauth2/client-authentication.ts';
import {
  assertionGrant,
  jwtBearerGrant,
  subjectTokenGrant,
  tokenExchangeGrant,
} from '../../oauth2/grant.ts';
import { type ClientAuthMethod, clientMethods } from './client-methods.ts';

/** What a JWT is in the request: one that `private-key` signs, or GitHub's ID token. */
interface JwtRole {
  readonly authenticatesClient: boolean;
  /** The grant type that it implies, `none` if no grant type is sent with it; undefined if it implies nothing. */
  readonly grantType: string | undefined;
  readonly prove: (makeJwt: MakeJwt, names: RoleNames) => Proof;
}

/** What a role sends or needs as well as the JWT. */
interface RoleNames {
  /** Sent with a JWT that authenticates the client. */
  readonly clientId?: string | undefined;
  /** The parameter that holds the JWT, if an input names it. */
  readonly parameter?: string | undefined;
}

const roles = {
  client_assertion: {
    authenticatesClient: true,
    grantType: undefined,
    prove: (makeJwt, { clientId }) => clientAssertion(clientId, makeJwt),
  },
  assertion: {
    authenticatesClient: false,
    grantType: jwtBearerGrant,
    prove: assertionGrant,
  },
  subject_token: {
    authenticatesClient: false,
    grantType: tokenExchangeGrant,
    prove: subjectTokenGrant,
  },
  bearer: {
    authenticatesClient: false,
    grantType: 'none',
    prove: bearerHeader,
  },
  parameter: {
    authenticatesClient: false,
    grantType: 'none',
    prove: (makeJwt, { parameter = '' }) => proveBy({ [parameter]: makeJwt }),
  },
} as const satisfies Readonly<Record<string, JwtRole>>;

type RoleName = keyof typeof roles;

const jwtRoles: Readonly<Record<RoleName, JwtRole>> = roles;

/** What the JWT signed with `private-key` can be. */
export const privateKeyRoles = [
  'client_assertion',
  'assertion',
  'bearer',
] as const satisfies readonly RoleName[];

export type PrivateKeyAs = (typeof privateKeyRoles)[number];

/** What GitHub's ID token can be. */
export const idTokenRoles = [
  'client_assertion',
  'assertion',
  'subject_token',
  'bearer',
  'parameter',
] as const satisfies readonly RoleName[];

export type IdTokenAs = (typeof idTokenRoles)[number];

/** What the JWTs of a request are in it. */
export interface Roles {
  readonly privateKeyAs: PrivateKeyAs;
  /** Undefined where no ID token is sent. */
  readonly idTokenAs: IdTokenAs | undefined;
  /** The parameter that holds the ID token; undefined unless `idTokenAs` is `parameter`. */
  readonly idTokenParameter: string | undefined;
}

/** The inputs that decide what a request proves. */
export interface ProofInputs extends Roles {
  /** Undefined where what the request proves names the client. */
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  /** Undefined where GitHub's ID token authenticates the client. */
  readonly clientAuthMethod: ClientAuthMethod | undefined;
  /** Whether the method was named, and does not only follow from what is given. */
  readonly isMethodWritten: boolean;
  readonly clientSecretEncoding: SecretEncoding;
}

/** What makes the JWTs of a request. */
export interface JwtMakers {
  /** The JWT that the client's method signs. */
  readonly client: MakeJwt;
  /** The JWT that is signed with `private-key` and does not authenticate the client. */
  readonly grant: MakeJwt;
  /** GitHub's ID token. */
  readonly idToken: MakeJwt;
}

/** Whether a JWT in this role authenticates the client; false where there is none. */
export function authenticatesClient(role: RoleName | undefined): boolean {
  return role !== undefined && jwtRoles[role].authenticatesClient;
}

/** What proves who the client is; nothing where only the grant says it. */
export function proveClient(inputs: ProofInputs, make: JwtMakers): Proof[] {
  const { clientId, clientAuthMethod } = inputs;
  if (clientAuthMethod === undefined) return [clientAssertion(clientId, make.idToken)];
  if (isLoneKeyGrant(inputs)) return [];
  return [clientMethods[clientAuthMethod].prove({ ...inputs, makeJwt: make.client })];
}

/**
 * Whether the JWT of the grant is all that names the client. Some servers refuse a client id together with it, so that is sent
 * only where the method is written, and never with a JWT in the header.
 */
function isLoneKeyGrant({ privateKeyAs, clientAuthMethod, isMethodWritten }: ProofInputs): boolean {
  if (authenticatesClient(privateKeyAs) || clientAuthMethod !== 'none') return false;
  return privateKeyAs === 'bearer' || !isMethodWritten;
}

/** A JWT on which the request rests, and that does not authenticate the client. */
export interface JwtGrant {
  /** The input that makes the JWT. */
  readonly source: 'private-key' | 'id-token-as';
  /** What decides on it, as the user writes it. */
  readonly written: string;
  readonly grantType: string | undefined;
  readonly prove: (make: JwtMakers) => Proof;
}

/** The JWTs on which the grant rests; two of them contradict each other. */
export function listJwtGrants({ privateKeyAs, idTokenAs, idTokenParameter }: Roles): JwtGrant[] {
  const grants: JwtGrant[] = [];
  if (!authenticatesClient(privateKeyAs)) {
    const { grantType, prove } = jwtRoles[privateKeyAs];
    grants.push({
      source: 'private-key',
      written: `private-key-as: ${privateKeyAs}`,
      grantType,
      prove: (make) => prove(make.grant, {}),
    });
  }
  if (idTokenAs !== undefined && !authenticatesClient(idTokenAs)) {
    const { grantType, prove } = jwtRoles[idTokenAs];
    grants.push({
      source: 'id-token-as',
      written: `id-token-as: ${idTokenAs}`,
      grantType,
      prove: (make) => prove(make.idToken, { parameter: idTokenParameter }),
    });
  }
  return grants;
}
