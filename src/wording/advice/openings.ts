import { text, type Text } from '../../log/text.ts';
import { type Explanation, nameGrant, type Refusal } from './refusal.ts';

/** How a refusal is reported: its title, and what the server did. */
export interface Opening {
  readonly title: string;
  readonly say: (refusal: Refusal) => Text;
}

/** What is refused. */
export const openings = {
  client: { title: 'client refused', say: ({ host }) => text`${host} refused the client` },
  request: { title: 'refused', say: ({ host }) => text`${host} refused the request` },
  grant: { title: 'grant refused', say: ({ host }) => text`${host} refused the grant` },
  scope: {
    title: 'scope refused',
    say: ({ host, inputs }) =>
      inputs.scopes.length === 0 ? text`${host} requires a scope` : text`${host} refused the scope`,
  },
  audience: { title: 'resource refused', say: ({ host }) => text`${host} refused the audience` },
  resource: {
    title: 'resource refused',
    say: ({ host }) => text`${host} refused the audience or resource`,
  },
  grantType: {
    title: 'grant not allowed',
    say: ({ host, inputs }) => text`${host} does not allow ${nameGrant(inputs)} for this client`,
  },
  unknownGrant: {
    title: 'grant type not supported',
    say: ({ host, inputs }) => text`${host} does not support ${nameGrant(inputs)}`,
  },
  idToken: {
    title: 'OIDC token refused',
    say: ({ host }) => text`${host} refused GitHub's OIDC token`,
  },
  scheme: {
    title: 'TLS expected',
    say: ({ host }) => text`${host} uses TLS on this port, but the URL begins with http://`,
  },
  format: {
    title: 'format refused',
    say: ({ host }) => text`${host} refused the format of the request`,
  },
  limit: {
    title: 'too many requests',
    say: ({ host }) => text`${host} refused the request for now`,
  },
  dpop: { title: 'DPoP required', say: ({ host }) => text`${host} requires a DPoP proof` },
} as const satisfies Readonly<Record<string, Opening>>;

/** The title of the one refusal that says everything already. */
export const dpopTitle = openings.dpop.title;

/** What the words of a server can be about. */
export interface Topic {
  /** A stable name, for tests. */
  readonly name: string;
  readonly isNamed: (refusal: Refusal) => boolean;
  readonly opening: (refusal: Refusal) => Opening;
  readonly advise: (refusal: Refusal) => Text;
}

/** Explains a refusal by what it is about. */
export function explainTopic(
  { opening, advise }: Pick<Topic, 'opening' | 'advise'>,
  refusal: Refusal,
): Explanation {
  const { title, say } = opening(refusal);
  return { title, message: text`${say(refusal)}: ${refusal.said}. ${advise(refusal)}` };
}

/**
 * A topic that is named by a pattern.
 *
 * @param isPossible whether the request has what the topic is about
 */
export function about(
  name: string,
  pattern: RegExp,
  opening: Opening | Topic['opening'],
  advise: Topic['advise'],
  isPossible: (refusal: Refusal) => boolean = () => true,
): Topic {
  return {
    name,
    isNamed: (refusal) => pattern.test(textOf(refusal)) && isPossible(refusal),
    opening: typeof opening === 'function' ? opening : () => opening,
    advise,
  };
}

/** The codes that RFC 6749 registers: what they name is not what the server says. */
const registeredCodes: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
]);

/** What a server says: its words, and a code of its own, which is read as words. */
export function textOf({ code, words }: Refusal): string {
  const own = registeredCodes.has(code) ? '' : code.replace(/[_.-]+/g, ' ');
  return `${own}\n${words}`;
}
