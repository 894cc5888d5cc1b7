import {
  clientAssertion,
  clientSecretBasic,
  clientSecretPost,
  type MakeJwt,
  namedClient,
  type Proof,
  type SecretEncoding,
} from '../../oauth2/client-authentication.ts';

/** The inputs that can hold the credential of a client. */
export const credentialNames = ['client-secret', 'private-key', 'client-key'] as const;

export type CredentialName = (typeof credentialNames)[number];

/** What the proof of a client is made of. */
interface ProofMaterial {
  /** Undefined where only the JWT names the client. */
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly clientSecretEncoding: SecretEncoding;
  /** Makes the JWT that the method signs. */
  readonly makeJwt: MakeJwt;
}

/** What is known of a client authentication method. */
interface ClientMethod {
  /** The input with the client's credential; undefined where the client has none. */
  readonly credential: CredentialName | undefined;
  /** What the method signs a JWT with; undefined where it signs none. */
  readonly signsWith: 'secret' | 'key' | undefined;
  /** Its headers and parameters are refused in the inputs `headers` and `parameters`. */
  readonly prove: (material: ProofMaterial) => Proof;
}

/** The client authentication methods, by the names registered for them (RFC 7591 section 4.2, RFC 8705). */
const methods = {
  client_secret_basic: {
    credential: 'client-secret',
    signsWith: undefined,
    prove: ({ clientId = '', clientSecret = '', clientSecretEncoding }) =>
      clientSecretBasic(clientId, clientSecret, clientSecretEncoding),
  },
  client_secret_post: {
    credential: 'client-secret',
    signsWith: undefined,
    prove: ({ clientId, clientSecret = '' }) => clientSecretPost(clientId, clientSecret),
  },
  client_secret_jwt: {
    credential: 'client-secret',
    signsWith: 'secret',
    prove: ({ clientId, makeJwt }) => clientAssertion(clientId, makeJwt),
  },
  private_key_jwt: {
    credential: 'private-key',
    signsWith: 'key',
    prove: ({ clientId, makeJwt }) => clientAssertion(clientId, makeJwt),
  },
  tls_client_auth: {
    credential: 'client-key',
    signsWith: undefined,
    prove: ({ clientId }) => namedClient(clientId),
  },
  self_signed_tls_client_auth: {
    credential: 'client-key',
    signsWith: undefined,
    prove: ({ clientId }) => namedClient(clientId),
  },
  none: {
    credential: undefined,
    signsWith: undefined,
    prove: ({ clientId }) => namedClient(clientId),
  },
} as const satisfies Readonly<Record<string, ClientMethod>>;

export type ClientAuthMethod = keyof typeof methods;

export const clientMethods: Readonly<Record<ClientAuthMethod, ClientMethod>> = methods;

export const clientAuthMethods = Object.keys(methods) as readonly ClientAuthMethod[];

/** The method that a credential stands for where none is named. */
export const impliedMethods: Readonly<Record<CredentialName, ClientAuthMethod>> = {
  'client-secret': 'client_secret_basic',
  'private-key': 'private_key_jwt',
  'client-key': 'tls_client_auth',
};

/** Whether the client signs a JWT with its secret. */
export function signsWithSecret(method: ClientAuthMethod | undefined): boolean {
  return method !== undefined && clientMethods[method].signsWith === 'secret';
}
