import { type InputName, inputNames } from './input-reader.ts';
import { text, type Text } from './text.ts';

/** Other words for an input, which people know from other tools. Written without `-` and `_`. */
const otherWords: Readonly<Record<string, InputName>> = {
  url: 'token-url',
  tokenuri: 'token-url',
  tokenendpoint: 'token-url',
  endpoint: 'token-url',
  accesstokenurl: 'token-url',
  oauthurl: 'token-url',
  id: 'client-id',
  clientkey: 'client-id',
  appid: 'client-id',
  username: 'client-id',
  secret: 'client-secret',
  clientpassword: 'client-secret',
  password: 'client-secret',
  appsecret: 'client-secret',
  authmethod: 'client-auth-method',
  tokenendpointauthmethod: 'client-auth-method',
  scope: 'scopes',
  granttypes: 'grant-type',
  aud: 'audience',
  params: 'parameters',
  extraparameters: 'parameters',
  body: 'parameters',
  extraheaders: 'headers',
  contenttype: 'body-format',
  retries: 'retry-max-attempts',
  maxattempts: 'retry-max-attempts',
  maxretries: 'retry-max-attempts',
  retryattempts: 'retry-max-attempts',
  environmentvariable: 'env-var',
  envname: 'env-var',
  env: 'env-var',
  outputenv: 'env-var',
  debug: 'verbose',
  ca: 'ca-certificate',
  cacert: 'ca-certificate',
  insecure: 'allow-http',
};

/**
 * Finds inputs that nobody declared and that are near misses of one; the runner only warns of them. Names that resemble
 * none are left alone, for any `INPUT_` variable of the job's `env:` looks like an input.
 *
 * @param env the step's environment
 */
export function findMisspelledInputs(env: NodeJS.ProcessEnv): Text[] {
  const known: readonly string[] = inputNames;
  return Object.keys(env)
    .filter((variable) => variable.startsWith('INPUT_'))
    .map((variable) => variable.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = guessInput(name);
      return meant === undefined ? [] : [text`${name}: unknown input, did you mean ${meant}?`];
    });
}

function guessInput(name: string): InputName | undefined {
  const letters = squeeze(name);
  if (Object.hasOwn(otherWords, letters)) return otherWords[letters];
  return inputNames
    .map((candidate) => ({ candidate, distance: countEdits(letters, squeeze(candidate)) }))
    .filter(({ candidate, distance }) => distance <= (candidate.length < 8 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** `client_id`, `clientId` and `client-id` are one word to a person. */
function squeeze(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** How many letters have to be inserted, removed or replaced (Levenshtein). */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(to).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
