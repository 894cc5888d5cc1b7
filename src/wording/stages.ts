import type { Inputs } from '../inputs/inputs.ts';
import { maxIdTokenAnswerBytes } from '../id-token/id-token.ts';
import type { Stage, StageFacts } from '../failures/stage-error.ts';
import { text, type Text } from '../log/text.ts';
import { maxResponseBytes } from '../oauth2/token-endpoint.ts';
import { hostOf, nameUrlInput } from './names.ts';

/** A stage, and what was known when it failed. */
export interface StageView extends StageFacts {
  readonly stage: Stage;
}

/** What differs between the servers that a step talks to. */
interface ServerWords {
  readonly nameServer: (url: string) => string;
  /** The host name that the resolver did not find. */
  readonly nameHost: (url: string) => Text;
  /** The most that is read of an answer, bytes. */
  readonly maxBytes: number;
  /**
   * What to look at where nothing is known but that the server could not be reached or understood.
   *
   * @param more about the same input
   */
  readonly adviseAddress: (inputs: Inputs, more: Text) => Text;
  /** @param what the part of the URL that may be wrong */
  readonly adviseTls: (inputs: Inputs, what: Text) => Text;
  readonly adviseTrust: (inputs: Inputs) => Text;
}

const authorizationServer: ServerWords = {
  nameServer: hostOf,
  nameHost: (url) => text`the name ${new URL(url).hostname}`,
  maxBytes: maxResponseBytes,
  adviseAddress: (inputs, more) => text`Check ${nameUrlInput(inputs)}${more}.`,
  adviseTls: (inputs, what) => text`Check ${what} in ${nameUrlInput(inputs)}.`,
  adviseTrust: ({ caCertificate }) =>
    caCertificate === undefined
      ? text`If a private CA issued it, set ca-certificate to the CA's certificate. If this machine trusts that CA, NODE_USE_SYSTEM_CA: 1 in the env of the step is enough.`
      : text`None of the certificates in ca-certificate issued it. Add the certificate of the CA that did. Servers often do not send the certificate of the issuing CA.`,
};

/** No input has a part in reaching it, and only the default roots are trusted there. */
const idTokenService: ServerWords = {
  nameServer: () => "GitHub's OIDC token service",
  nameHost: () => text`its name`,
  maxBytes: maxIdTokenAnswerBytes,
  adviseAddress: () => text`See githubstatus.com.`,
  adviseTls: () => text`A proxy in between may have answered.`,
  adviseTrust: () =>
    text`A proxy that inspects TLS has a CA of its own. Set NODE_EXTRA_CA_CERTS in the env of the step to the file with its certificate, or NODE_USE_SYSTEM_CA: 1 if this machine trusts it.`,
};

/** What differs from stage to stage, one row for each. */
interface StageWords {
  readonly server: ServerWords;
  /** What an attempt was for. */
  readonly purpose: Text;
  /** The title of what was sent and what came back. */
  readonly title: Text;
  /** What a success brought. */
  readonly success: Text;
  /** Whether a client that has a certificate shows it: not to GitHub. */
  readonly showsCertificate: boolean;
}

const words: Readonly<Record<Stage, StageWords>> = {
  metadata: {
    server: authorizationServer,
    purpose: text` to read the issuer's metadata`,
    title: text`Metadata: request and answer`,
    success: text`metadata`,
    showsCertificate: true,
  },
  id_token: {
    server: idTokenService,
    purpose: text` to get GitHub's OIDC token`,
    title: text`GitHub's OIDC token: request and answer`,
    success: text`an OIDC token`,
    showsCertificate: false,
  },
  token: {
    server: authorizationServer,
    purpose: text``,
    title: text`Request and answer`,
    success: text`a token`,
    showsCertificate: true,
  },
  revocation: {
    server: authorizationServer,
    purpose: text` to revoke the token`,
    title: text`Revocation: request and answer`,
    success: text`revoked`,
    showsCertificate: true,
  },
};

/** Gives the row of a stage. */
export function wordsOf(stage: Stage): StageWords {
  return words[stage];
}

/** Gives what differs by the server that the stage talks to. */
export function serverOf({ stage }: StageView): ServerWords {
  return words[stage].server;
}

/** Names the server as people know it: its host, or what it does. */
export function nameServer(view: StageView): string {
  return serverOf(view).nameServer(view.server);
}
