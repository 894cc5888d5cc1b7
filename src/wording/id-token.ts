import type { IdTokenError } from '../id-token/id-token-error.ts';
import { describeClaims, type IdToken } from '../id-token/id-token.ts';
import type { Annotation } from '../log/log.ts';
import { text, type Text } from '../log/text.ts';
import { nameStatus } from './names.ts';

/** Says in a few words why there is no ID token. */
export function describeIdTokenError({ code, status = 0 }: IdTokenError): Text {
  switch (code) {
    case 'no_permission':
      return text`this job may not ask for one`;
    case 'bad_endpoint':
      return text`the runner names no https URL for it`;
    case 'refused':
      return text`${nameStatus(status)}`;
    case 'unparsable':
    case 'malformed':
      return text`${nameStatus(status)} without an ID token`;
  }
}

/** What the ID token of an attempt says; nothing where it had none. */
export function describeIdToken(idToken: IdToken | undefined): Text[] {
  return idToken === undefined ? [] : [text`ID token: ${writeClaims(idToken)}`];
}

/** What a server that trusts GitHub's ID tokens looks at. */
export function writeClaims({ claims }: IdToken): Text {
  const { iss = 'none', sub = 'none', aud = 'none' } = describeClaims(claims);
  return text`iss: ${iss}, sub: ${sub}, aud: ${aud}`;
}

/** Explains why there is no ID token, and says what to do. */
export function explainIdTokenError({ code, status = 0 }: IdTokenError): Annotation {
  const title = 'no ID token';
  switch (code) {
    case 'no_permission':
      return {
        title,
        message: text`id-token-as needs GitHub's ID token, and this job may not ask for one. Give it  permissions: { id-token: write }  (runs for forks' pull requests never may).`,
      };
    case 'bad_endpoint':
      return {
        title,
        message: text`id-token-as needs GitHub's ID token, and ACTIONS_ID_TOKEN_REQUEST_URL of this runner is no https URL. Its administrator has to mend that.`,
      };
    case 'refused':
      return {
        title,
        message:
          status >= 500
            ? text`GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com.`
            : text`GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com; an audience that it does not take can be the reason, too (id-token-audience).`,
      };
    case 'unparsable':
    case 'malformed':
      return {
        title,
        message: text`GitHub's ID token service answered ${nameStatus(status)} without an ID token. See githubstatus.com.`,
      };
  }
}
