import type { Annotation } from '../log/log.ts';
import { text } from '../log/text.ts';

/** There is nowhere to put a token. */
export function explainNoRunner(variable: string): Annotation {
  return {
    title: 'not in a workflow',
    message: text`${variable} is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.`,
  };
}

/** The environment variable cannot hold the token. */
export function explainTooLong(envVar: string): Annotation {
  return {
    title: 'token too long',
    message: text`The token is too long for an environment variable of Windows (32,767 characters), so ${envVar} cannot hold it. Set env-var: false and use the output token.`,
  };
}
