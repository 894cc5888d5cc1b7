import type { Inputs } from '../inputs/inputs.ts';
import { shortestSecret } from '../inputs/reader.ts';
import type { Log } from '../log/log.ts';
import { writePem } from '../oauth2/keys/private-key-pem.ts';
import { listPrivateParts } from '../oauth2/keys/private-parts.ts';
import { listInputSecrets } from './inputs.ts';
import { listProxySecrets } from './proxy.ts';
import { shortestGuess } from '../inputs/secret-names.ts';

/** Keeps a secret out of the log from now on. */
export type Hide = (secret: string) => void;

/** Hides secrets that appear during the run: an ID token, a signed JWT, a token from the cache. */
export function hideIn(log: Log): Hide {
  return (secret) => {
    log.mask(secret);
  };
}

/**
 * Hides a secret that a server chose, line by line because the runner masks each line by itself. A short line is not
 * hidden. Otherwise a server could hide words such as `true` in the log, and the runner would drop outputs with them.
 */
export function hideFromServer(log: Log): Hide {
  return (secret) => {
    secret
      .split(/[\r\n]+/)
      .filter(isLongEnough)
      .forEach((line) => {
        log.mask(line);
      });
  };
}

/** Whether a mask of this line hides no ordinary word. The runner also masks what is between quotation marks. */
function isLongEnough(line: string): boolean {
  const bare = line.replace(/^"(.*)"$/, '$1').trim();
  return Array.from(bare).length >= shortestGuess;
}

/**
 * Hides the secrets that a step starts with. Nothing may be printed before, not even an input error.
 *
 * @param env the step's environment; nothing in it is checked yet
 */
export function hideStepSecrets(env: NodeJS.ProcessEnv, log: Log): void {
  listStepSecrets(env).forEach(hideIn(log));
}

/**
 * Lists the secrets of the inputs and the proxies, each once, and each line of a secret with several lines. Secrets
 * that are too short are left out, because their masks would blank the log.
 */
export function listStepSecrets(env: NodeJS.ProcessEnv): string[] {
  const secrets = [...listInputSecrets(env), ...listProxySecrets(env)].flatMap(withLines);
  const long = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
  return longestFirst(long);
}

/** GitHub's runner hides each line of a mask by itself. Not every engine does that. */
function withLines(secret: string): string[] {
  const lines = secret.split(/[\r\n]+/);
  return lines.length === 1 ? lines : [secret, ...lines.map((line) => line.trim())];
}

/**
 * Not every engine applies the longest mask first. Then the rest of a secret that contains another one would stay
 * visible.
 */
export function longestFirst(secrets: readonly string[]): string[] {
  return [...secrets].sort((one, other) => other.length - one.length);
}

/** Hides the client's key as TLS gets it. */
export function hideTlsKey(inputs: Inputs, log: Log): void {
  longestFirst(listTlsSecrets(inputs).flatMap(withLines)).forEach(hideIn(log));
}

/** The client's key as TLS gets it. It can have another form than the input, and Node has options that print it. */
export function listTlsSecrets({ clientKey }: Inputs): string[] {
  return clientKey === undefined ? [] : listPrivateParts(writePem(clientKey));
}
