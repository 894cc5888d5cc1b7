/** ACTIONS_RUNTIME_TOKEN: a JWT whose `ac` claim says which cache scopes a job may read and write. */
import { createHmac } from 'node:crypto';

/** 1 reads, 2 writes, 3 does both (github.actions.results.entities.v1.CacheScope of the toolkit). */
export type Permission = 1 | 2 | 3;

/** A scope, which is a ref, and the job's permissions for it. */
export interface ScopePermission {
  scope: string;
  permission: Permission;
}

/** Issues runtime tokens and reads them. */
export interface TokenIssuer {
  /** A token that is valid for six hours, as GitHub's are. */
  issue: (scopes: readonly ScopePermission[]) => string;
  /** The scopes of the token in an Authorization header; undefined without a valid one of this issuer's. */
  read: (authorization: string | undefined) => ScopePermission[] | undefined;
}

interface Claims {
  /** JSON in a string, with capitals, as GitHub writes it: `[{"Scope":"refs/heads/main","Permission":3}]`. */
  ac: string;
  iss: string;
  /** Seconds since the epoch. */
  exp: number;
}

const lifetimeSeconds = 6 * 3600;

/** Makes an issuer that signs by HS256 with `key`; `now` gives the time in milliseconds since the epoch. */
export function createTokenIssuer(key: Buffer, now: () => number): TokenIssuer {
  const sign = (content: string): string =>
    createHmac('sha256', key).update(content).digest('base64url');

  return {
    issue: (scopes) => {
      const claims: Claims = {
        ac: JSON.stringify(
          scopes.map(({ scope, permission }) => ({ Scope: scope, Permission: permission })),
        ),
        iss: 'https://token.actions.githubusercontent.com',
        exp: Math.floor(now() / 1000) + lifetimeSeconds,
      };
      const content = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`;
      return `${content}.${sign(content)}`;
    },
    read: (authorization) => {
      const [, content, signature] = /^Bearer (.+)\.(.+)$/i.exec(authorization ?? '') ?? [];
      if (content === undefined || signature !== sign(content)) return undefined;
      // The signature proves that both were written above.
      const [, payload = ''] = content.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
      if (claims.exp * 1000 <= now()) return undefined;
      const scopes = JSON.parse(claims.ac) as { Scope: string; Permission: Permission }[];
      return scopes.map(({ Scope, Permission }) => ({ scope: Scope, permission: Permission }));
    },
  };
}

/** The scopes that may be read, in the order of a look-up. */
export function readableScopes(scopes: readonly ScopePermission[]): string[] {
  return scopes.filter(({ permission }) => (permission & 1) !== 0).map(({ scope }) => scope);
}

/** The scope of new entries; undefined if none may be written. */
export function writableScope(scopes: readonly ScopePermission[]): string | undefined {
  return scopes.find(({ permission }) => (permission & 2) !== 0)?.scope;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
