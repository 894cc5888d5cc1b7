import type { Inputs } from '../inputs/inputs.ts';
import { writePem } from '../oauth2/keys/private-key-pem.ts';
import { listPrivateParts } from '../oauth2/keys/private-parts.ts';

/** The client's key as TLS gets it, which may be another form than the input's; Node can be told to print it. */
export function listTlsSecrets({ clientKey }: Inputs): string[] {
  return clientKey === undefined ? [] : listPrivateParts(writePem(clientKey));
}
