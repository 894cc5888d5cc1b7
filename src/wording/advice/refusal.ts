import type { IdToken } from '../../id-token/id-token.ts';
import type { Inputs } from '../../inputs/inputs.ts';
import type { Annotation } from '../../log/log.ts';
import { type Excerpt, showInput, text, type Text } from '../../log/text.ts';
import type { AnswerShape } from '../../oauth2/answer/answer-shape.ts';
import { readWords, takeWords } from '../../oauth2/answer/words.ts';
import { jwtBearerGrant } from '../../oauth2/grant.ts';
import { hostOf } from '../names.ts';
import type { StageView } from '../stages.ts';
import { quoteAnswer } from '../words.ts';

/** What an explanation of a refusal goes by. */
export interface Refusal {
  readonly host: string;
  readonly answer: AnswerShape;
  /** Status, code and words, as the server wrote them. */
  readonly said: Text;
  readonly status: number;
  /** The code of the error in lower case, in its field or among the words; empty where the server gives none. For comparison only. */
  readonly code: string;
  /** The server's own words; empty where it has none. For comparison only. */
  readonly words: string;
  readonly inputs: Inputs;
  /** GitHub's ID token, if the request carried one. */
  readonly idToken: IdToken | undefined;
}

/** An annotation, and what is to stand at its very end. */
export interface Explanation extends Annotation {
  /** The line to add to the workflow. */
  readonly fix?: Text | undefined;
}

/** How much of the words is compared, characters; a server chooses their length. */
const longestWords = 1000;

/** Reads what an explanation goes by. */
export function readRefusal(answer: AnswerShape, { server, inputs, idToken }: StageView): Refusal {
  const words = answer.words === undefined ? '' : readWords(answer.words).slice(0, longestWords);
  return {
    host: hostOf(server),
    answer,
    said: quoteAnswer(answer),
    status: answer.status,
    code: (answer.code ?? findCode(words)).toLowerCase(),
    words,
    inputs,
    idToken,
  };
}

/**
 * A part of the server's words, taken after secrets are hidden in them: a mask matches no part of a secret.
 *
 * @param find gives the part, or undefined where it is not there; then nothing is shown
 */
export function quotePart(
  { answer }: Refusal,
  find: (words: string) => string | undefined,
): Excerpt {
  const { outside = '', form = 'value' } = answer.words ?? {};
  const take = (redacted: string): string => find(takeWords(form, redacted)) ?? '';
  return { outside, take };
}

/** The code of RFC 6749 section 5.2 in words that are not in its form: XML, a list, JSON that is cut off. */
function findCode(words: string): string {
  const codes =
    /\b(invalid_(?:request|client|grant|scope|target)|unauthorized_client|unsupported_grant_type)\b/;
  return codes.exec(words)?.[0] ?? '';
}

/** Whether a JWT that this action signs is in the request: it authenticates the client, or it is the grant. */
export function sendsSignedJwt(inputs: Inputs): boolean {
  const { clientAuthMethod, privateKeyAs, signingKey } = inputs;
  return (
    clientAuthMethod === 'client_secret_jwt' ||
    clientAuthMethod === 'private_key_jwt' ||
    (signingKey !== undefined && privateKeyAs !== 'client_assertion')
  );
}

/** Whether the signed JWT is the grant. */
export function isKeyGrant({ privateKeyAs, signingKey }: Inputs): boolean {
  return signingKey !== undefined && privateKeyAs === 'assertion';
}

/** The grant type as people write it, or that there is none. */
export function nameGrant({ grantType }: Inputs): Text {
  if (grantType === undefined) return text`a request without grant_type`;
  return text`grant type ${showInput(grantType === jwtBearerGrant ? 'jwt-bearer' : grantType)}`;
}
