import type { Inputs } from '../inputs/inputs.ts';
import { shortestSecret } from '../inputs/reader.ts';
import type { Log } from '../log/log.ts';
import { writePem } from '../oauth2/keys/private-key-pem.ts';
import { listPrivateParts } from '../oauth2/keys/private-parts.ts';
import { listInputSecrets } from './inputs.ts';
import { listProxySecrets } from './proxy.ts';

/** Keeps a secret out of the log from now on. */
export type Hide = (secret: string) => void;

/** Hides the secrets that come up one by one: an ID token, a signed JWT, a token from the cache. */
export function hideIn(log: Log): Hide {
  return (secret) => {
    log.mask(secret);
  };
}

/**
 * Hides the secrets that a step begins with. Nothing else may be printed before, an input error included.
 *
 * @param env the step's environment, as it is: nothing in it is checked yet
 */
export function hideStepSecrets(env: NodeJS.ProcessEnv, log: Log): void {
  listStepSecrets(env).forEach(hideIn(log));
}

/** Lists the secrets of the inputs and the proxies, each once. One that is too short would blank the log. */
export function listStepSecrets(env: NodeJS.ProcessEnv): string[] {
  const secrets = [...listInputSecrets(env), ...listProxySecrets(env)];
  return [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
}

/** Hides the client's key as TLS gets it. */
export function hideTlsKey(inputs: Inputs, log: Log): void {
  listTlsSecrets(inputs).forEach(hideIn(log));
}

/** The client's key as TLS gets it, which may be another form than the input's; Node can be told to print it. */
export function listTlsSecrets({ clientKey }: Inputs): string[] {
  return clientKey === undefined ? [] : listPrivateParts(writePem(clientKey));
}
