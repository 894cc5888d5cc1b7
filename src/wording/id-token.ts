import type { IdTokenError } from '../id-token/id-token-error.ts';
import { describeClaims, type IdToken } from '../id-token/id-token.ts';
import type { Annotation } from '../log/log.ts';
import { text, type Text } from '../log/text.ts';
import { nameStatus } from './names.ts';
import { describeShape, quoteAnswer, quoteWords } from './words.ts';

/** Says in a few words why there is no ID token. */
export function describeIdTokenError({ code, status = 0, answer }: IdTokenError): Text {
  const said = answer === undefined ? text`` : quoteWords(answer);
  switch (code) {
    case 'no_permission':
      return text`this job has no permission to request one`;
    case 'bad_endpoint':
      return text`the runner has no https URL for it`;
    case 'pending':
    case 'refused':
      return answer === undefined ? text`${nameStatus(status)}` : quoteAnswer(answer);
    case 'unparsable':
    case 'malformed':
      return text`${nameStatus(status)} without an OIDC token${said}`;
  }
}

/** The shape of an answer without an OIDC token, and what it says. */
export function describeIdTokenAnswer({ status = 0, answer }: IdTokenError, after: Text): Text[] {
  return answer === undefined
    ? [text`${nameStatus(status)}, ${after}`]
    : describeShape(answer, after);
}

/** What the ID token of an attempt says; nothing where it had none. */
export function describeIdToken(idToken: IdToken | undefined): Text[] {
  return idToken === undefined ? [] : [text`OIDC token: ${writeClaims(idToken)}`];
}

/** What a server that trusts GitHub's ID tokens looks at. */
export function writeClaims({ claims }: IdToken): Text {
  const { iss = 'none', sub = 'none', aud = 'none' } = describeClaims(claims);
  return text`iss: ${iss}, sub: ${sub}, aud: ${aud}`;
}

/** Explains why there is no ID token, and says what to do. */
export function explainIdTokenError(error: IdTokenError): Annotation {
  const { code, status = 0 } = error;
  const title = 'no OIDC token';
  const answered = text`GitHub's OIDC token service answered ${describeIdTokenError(error)}.`;
  switch (code) {
    case 'no_permission':
      return {
        title,
        message: text`This job has no permission to request GitHub's OIDC token. Add \`permissions: { id-token: write }\` to the job. Runs for pull requests from forks never have it.`,
      };
    case 'bad_endpoint':
      return {
        title,
        message: text`GitHub's OIDC token cannot be requested: ACTIONS_ID_TOKEN_REQUEST_URL of this runner is not an https URL. The administrator of the runner must fix it.`,
      };
    case 'pending':
      return {
        title,
        message: text`${answered} GitHub has not yet registered that this job is running, which usually takes a few seconds. Run the job again. If every run fails like this, see githubstatus.com.`,
      };
    case 'refused':
      return {
        title,
        message:
          status >= 500
            ? text`${answered} See githubstatus.com.`
            : text`${answered} See githubstatus.com. The reason may also be an audience that GitHub does not accept (id-token-audience).`,
      };
    case 'unparsable':
    case 'malformed':
      return {
        title,
        message: text`${answered} See githubstatus.com.`,
      };
  }
}
