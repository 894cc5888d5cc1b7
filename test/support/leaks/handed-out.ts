/**
 * The secrets that were sent over the network. The test servers note what they receive and what they send. A server
 * does not know which run sends a request, so the secrets of one run are searched for in every later run of the
 * process. No run may have another run's secrets.
 */
import { isSecretName, type Named, readMembers, readSecretHeader } from './names.ts';

/** The description of each secret, by the secret. */
const handedOut = new Map<string, string>();

/** Notes a secret that a server sends or receives. `what` names it in the report of a leak. */
export function noteSecret(what: string, secret: string): void {
  if (!handedOut.has(secret)) handedOut.set(secret, what);
}

/** The secrets that were noted so far, each with its description. */
export function listHandedOut(): Iterable<readonly [secret: string, what: string]> {
  return handedOut;
}

/** Notes the secrets in a request: credentials in its headers, and parameters of its body and of its query. */
export function noteRequest(
  headers: Readonly<Record<string, string>>,
  body: string,
  path = '/',
): void {
  for (const header of Object.entries(headers)) {
    const secret = readSecretHeader(header);
    if (secret !== undefined) noteSecret(`the header ${header[0]} that was sent`, secret);
  }
  const inQuery = [...new URLSearchParams(/\?.*/.exec(path)?.[0] ?? '')];
  for (const [name, value] of [...readMembers(body), ...inQuery]) {
    if (isSecretName(name)) noteSecret(`the parameter ${name} that was sent`, value);
  }
}

/** The longest body that is searched for secrets, in characters. */
const longest = 100_000;

const handedOutNames = ['access_token', 'refresh_token', 'id_token'];

/** Notes the secrets in the answer of a token endpoint or an endpoint for ID tokens. Other answers have none. */
export function noteAnswer(body: string): void {
  if (body.length > longest) return;
  const members = readMembers(body);
  const isToken = members.some(([name]) => name === 'access_token');
  for (const [name, value] of members) {
    if (isHandedOut([name, value]) || (isToken && isSecretName(name))) {
      noteSecret(`the member ${name} of an answer`, value);
    }
  }
}

function isHandedOut([name, value]: Named): boolean {
  return handedOutNames.includes(name) || /^[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}$/.test(value);
}
