/** A Stanford ACS-style token endpoint: a GET whose headers name the client, and an expiry in Zulu time. */
import {
  type Answer,
  dynamic,
  json,
  type RecordedRequest,
  reply,
  type ScriptedServer,
  type ServerCertificate,
  startScriptedServer,
} from './scripted-server.ts';

/** The client that gets tokens. Its secret is long enough to encrypt with. */
export const acsClient = {
  clientId: 'acs-client',
  clientSecret: 'acs-secret-of-the-client',
} as const;

/** The lifetime of a token, in seconds. */
export const acsLifetime = 3600;

/** How an ACS server differs from the usual one. */
export interface AcsServerOptions {
  clientId?: string;
  clientSecret?: string;
  /** What the first requests get, from any client. */
  faults?: readonly Answer[];
  /** Fields that replace those of the answer. Undefined fields are left out. */
  members?: Readonly<Record<string, unknown>>;
  /** The time of day: epoch, milliseconds; the time of the machine if left out. */
  now?: () => number;
  tls?: ServerCertificate;
}

/**
 * Starts a server that gives each correct GET its own token, `acs-token-1` for the first. It answers 401 to a wrong
 * `client-id` or `client-secret`, 405 to another method, 400 to a body.
 */
export function startAcsServer(options: AcsServerOptions = {}): Promise<ScriptedServer> {
  const {
    clientId,
    clientSecret,
    faults = [],
    members = {},
    now = Date.now,
    tls,
  } = {
    ...acsClient,
    ...options,
  };
  let given = 0;
  const answer = ({ method, headers, body }: RecordedRequest): Answer => {
    if (method !== 'GET') return json(405, { message: 'Ask by GET.' }, { allow: 'GET' });
    if (body !== '') return json(400, { message: 'A GET has no body.' });
    if (headers['client-id'] !== clientId || headers['client-secret'] !== clientSecret) {
      return json(401, { message: 'Unknown client.' });
    }
    given += 1;
    return json(200, { ...tokenMembers(given, now()), ...members });
  };
  return startScriptedServer({ answers: [...faults, dynamic(answer)], ...(tls && { tls }) });
}

/** A 503 of a gateway in front of the server. */
export function unavailable(): Answer {
  return reply({ status: 503 });
}

function tokenMembers(number: number, now: number): Record<string, unknown> {
  const expiresAt = new Date(now + acsLifetime * 1000).toISOString();
  return {
    access_token: `acs-token-${number}`,
    expires_at: `${expiresAt.slice(0, 19)}Z`,
    expires_in: acsLifetime,
  };
}
