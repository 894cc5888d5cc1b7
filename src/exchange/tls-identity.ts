import type { TlsIdentity } from '../http/request.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { writePem } from '../oauth2/keys/private-key-pem.ts';

/** Which certificates to trust, and which to show, on connections to the authorization server. */
export function makeTlsIdentity(inputs: Inputs): TlsIdentity {
  const { caCertificate, clientCertificate, clientKey } = inputs;
  const trust = caCertificate === undefined ? {} : { ca: caCertificate };
  if (clientCertificate === undefined || clientKey === undefined) return trust;
  return { ...trust, certificate: clientCertificate, key: writePem(clientKey) };
}
