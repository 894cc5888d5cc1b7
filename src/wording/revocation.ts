import { formatZuluTime } from '../oauth2/zulu-time.ts';
import type { Annotation } from '../log/log.ts';
import { StageError } from '../failures/stage-error.ts';
import { joinTexts, text, type Text } from '../log/text.ts';
import { describeFailure } from './attempts.ts';
import { describeUnknown } from './names.ts';
import { InputError } from '../inputs/input-error.ts';

/** The token is void now. */
export function sayRevoked(host: string): Text {
  return text`Revoked the token at ${host}.`;
}

/** There was nothing left to revoke. */
export function sayExpiredAlready(expiresAt: Date): Text {
  return text`Not revoked: the token expired at ${formatZuluTime(expiresAt)}.`;
}

/** The token outlives the job although it should not. */
export function warnNotRevoked(
  error: unknown,
  host: string,
  expiresAt: Date | undefined,
): Annotation {
  const until = expiresAt === undefined ? 'until it expires' : `until ${formatZuluTime(expiresAt)}`;
  return {
    title: 'token not revoked',
    message: text`${host} did not revoke the token (${describeReason(error)}). It stays valid ${until}.`,
  };
}

function describeReason(error: unknown): Text {
  if (error instanceof InputError) return joinTexts(error.problems, '; ');
  if (!(error instanceof StageError)) return text`${describeUnknown(error)}`;
  const { stage, gaveUp, facts } = error;
  const what = describeFailure(gaveUp.failure, { stage, ...facts });
  return stage === 'id_token' ? text`no OIDC token from GitHub: ${what}` : what;
}

/** What the step left behind for the end of the job cannot be used. */
export function warnStateUnreadable(): Annotation {
  return {
    title: 'token not revoked',
    message: text`The token was not revoked, because the state that the step saved for the end of the job cannot be read. It stays valid until it expires.`,
  };
}

/** The end of the job cannot get what it needs to revoke the token. */
export function explainStateTooLong(): Annotation {
  return {
    title: 'token too long',
    message: text`revoke: true is not possible: the token and the data for its revocation are too long to be saved until the end of the job. The step ended without a token. Remove revoke, or request a shorter token.`,
  };
}

/** The token must be revoked, and nothing says where. */
export function explainNoRevocation(issuer = ''): Annotation {
  return {
    title: 'no revocation endpoint',
    message: text`revoke: true is not possible: the metadata of ${new URL(issuer).host} has no revocation endpoint. Set revocation-url, or remove revoke. No token was requested.`,
  };
}
