/** The clients of the workflows of test/workflows/, as the authorization server knows them. */
import { generateKeyPairSync } from 'node:crypto';

import {
  type ClientDescription,
  defaultClient,
} from '../../test/support/doubles/authorization-server.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The private key of `keyClient`: PKCS #8, PEM. */
export const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A client that signs JWTs. */
export const keyClient = {
  clientId: 'the-client-with-a-key',
  tokenEndpointAuthMethod: 'private_key_jwt',
  jwks: {
    keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kty: 'EC', alg: 'ES256', use: 'sig' }],
  },
} as const satisfies ClientDescription;

/** All of them. */
export const clients: readonly ClientDescription[] = [defaultClient, keyClient];
