import { got, text } from '../log/text.ts';
import { jwtBearerGrant, tokenExchangeGrant, usualSubjectTokenType } from '../oauth2/grant.ts';
import type { Parameter } from '../oauth2/request-body.ts';
import { listQueryParameters, type Pair } from '../oauth2/token-request.ts';
import type { ClientInputs } from './client/client.ts';
import { listJwtGrants } from './client/proofs.ts';
import type { InputReader } from './reader.ts';

const grantTypeNames: Readonly<Record<string, string>> = {
  'jwt-bearer': jwtBearerGrant,
  'token-exchange': tokenExchangeGrant,
};

/** A grant, and what implies it, as the user writes that. */
interface ImpliedGrant {
  readonly by: string;
  readonly grantType: string;
}

/**
 * Reads the grant type: as it is written, else as another input implies it, else as the query of the URL has it.
 *
 * @returns undefined where none is sent
 */
export function readGrantType(
  reader: InputReader,
  client: ClientInputs,
  tokenUrl: string | undefined,
): string | undefined {
  const value = reader.read('grant-type');
  if (value === 'none') return undefined;
  const written =
    value !== undefined && Object.hasOwn(grantTypeNames, value) ? grantTypeNames[value] : value;
  const implied = listImpliedGrants(client);
  const [first, second] = implied;
  if (written !== undefined && /\s/.test(written)) {
    reader.complain(text`grant-type: ${got(written)}; must be one grant type`);
  }
  if (first !== undefined && second !== undefined) {
    reader.complain(text`Both ${first.by} and ${second.by} set the grant. Remove one`);
  } else if (first !== undefined && written !== undefined && written !== first.grantType) {
    reader.complain(text`grant-type: ${got(written)}, but ${first.by} implies ${first.grantType}`);
  }
  const [, inQuery] =
    listQueryParameters(tokenUrl ?? '').find(([name]) => name === 'grant_type') ?? [];
  const isNone = listJwtGrants(client).some(({ grantType }) => grantType === 'none');
  return written ?? first?.grantType ?? inQuery ?? (isNone ? undefined : 'client_credentials');
}

/** The grants that other inputs imply. A JWT that implies none is no grant. */
function listImpliedGrants(client: ClientInputs): readonly ImpliedGrant[] {
  const byJwt = listJwtGrants(client).flatMap(({ written, grantType }) =>
    grantType === undefined || grantType === 'none' ? [] : [{ by: written, grantType }],
  );
  if (client.refreshToken === undefined) return byJwt;
  return [{ by: 'refresh-token', grantType: 'refresh_token' }, ...byJwt];
}

/**
 * Notes where a grant lacks what it rests on.
 *
 * @param parameters that are sent, in the query of the URL, too
 */
export function checkGrant(
  reader: InputReader,
  grantType: string | undefined,
  parameters: readonly Parameter[],
  client: ClientInputs,
): void {
  const [implied] = listImpliedGrants(client);
  const has = (name: string): boolean => parameters.some(([one]) => one === name);
  if (implied !== undefined) return;
  if (grantType === 'refresh_token' && !has('refresh_token')) {
    reader.missSecret('refresh-token');
  } else if (grantType === jwtBearerGrant && !has('assertion')) {
    reader.complain(
      text`grant-type: jwt-bearer requires an assertion. Set private-key-as: assertion, id-token-as: assertion, or parameters: assertion=...`,
    );
  } else if (grantType === tokenExchangeGrant && !has('subject_token')) {
    reader.complain(
      text`grant-type: token-exchange requires a subject token. Set id-token-as: subject_token, or parameters: subject_token=...`,
    );
  }
}

/** Lists the parameters that a grant needs and that no input gives. */
export function listGrantParameters(
  { refreshToken, idTokenAs }: ClientInputs,
  parameters: readonly Parameter[],
): Pair[] {
  if (refreshToken !== undefined) return [['refresh_token', refreshToken]];
  const hasType = parameters.some(([name]) => name === 'subject_token_type');
  const hasSubject =
    idTokenAs === 'subject_token' || parameters.some(([name]) => name === 'subject_token');
  return hasSubject && !hasType ? [['subject_token_type', usualSubjectTokenType]] : [];
}
