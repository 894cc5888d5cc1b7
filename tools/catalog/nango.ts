/**
 * Reads the token requests of the public catalog of the integration platform Nango, as far as a machine can make them
 * without a person, and writes all in one form.
 *
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
import { parse } from 'yaml';

/** A token request as the catalog describes it, with invented values for the fields that a user fills in. */
export interface CatalogRequest {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly bodyFormat: 'form' | 'json';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parameters of the body, typed as the catalog has them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The id and the secret of the client, and how they are sent, if the catalog says that they authenticate it. */
  readonly client:
    { readonly id: string; readonly secret: string; readonly as: 'basic' | 'post' } | undefined;
  /** The claims of the signed JWT among the parameters; undefined if there is none. */
  readonly jwt: Readonly<Record<string, unknown>> | undefined;
  /** The path to the token in the response; empty if the response is the token. */
  readonly tokenPath: string;
  readonly expiry: { readonly path: string; readonly kind: 'lifetime' | 'time' } | undefined;
  /** The lifetime of a token in seconds if no response states it. */
  readonly fixedLifetime: number | undefined;
}

/** An entry that does not describe a single HTTP request for a token, and why. */
export interface RuledOut {
  readonly name: string;
  readonly why: string;
}

/** The parts of a catalog's provider that are read here. */
interface Provider {
  readonly alias?: string;
  readonly auth_mode?: string;
  readonly token_url?: unknown;
  readonly token_params?: Readonly<Record<string, unknown>>;
  readonly token_headers?: Readonly<Record<string, string>>;
  readonly token_request_method?: string;
  readonly token_request_auth_method?: string;
  readonly body_format?: string;
  readonly default_scopes?: readonly string[];
  readonly require_client_certificate?: boolean;
  readonly token_response?: Readonly<Record<string, string>>;
  readonly token_response_headers?: unknown;
  readonly token_expires_in_ms?: number;
  readonly expires_in_unit?: string;
  readonly additional_steps?: readonly unknown[];
  readonly assertion?: {
    readonly type?: string;
    readonly payload?: Readonly<Record<string, unknown>>;
  };
  readonly token?: { readonly payload?: Readonly<Record<string, unknown>> };
}

/** The ways to get a token without a person. */
const machineModes: ReadonlySet<string> = new Set([
  'OAUTH2_CC',
  'TWO_STEP',
  'JWT',
  'APP',
  'BILL',
  'TBA',
  'SIGNATURE',
]);

/** Reads the catalog's file. */
export function readCatalog(yaml: string): (CatalogRequest | RuledOut)[] {
  const providers = parse(yaml, { merge: true }) as Readonly<Record<string, Provider>>;
  return Object.entries(providers).flatMap(([name, own]) => {
    const provider = { ...(own.alias === undefined ? {} : providers[own.alias]), ...own };
    return machineModes.has(provider.auth_mode ?? '') ? [readProvider(name, provider)] : [];
  });
}

function readProvider(name: string, provider: Provider): CatalogRequest | RuledOut {
  const why = findReason(provider);
  return why === undefined ? writeRequest(name, provider) : { name, why };
}

/** Why an entry is not a single request, or is one that the action leaves out on purpose. */
function findReason(provider: Provider): string | undefined {
  const values = JSON.stringify([provider.token_params, provider.token_headers]);
  switch (provider.auth_mode) {
    case 'JWT':
      return 'the signed JWT is the token';
    case 'TBA':
    case 'SIGNATURE':
      return 'a signature over each request';
    case 'BILL':
      return 'not described: code of the catalog makes the request';
    default:
      break;
  }
  if (typeof provider.token_url !== 'string') return 'no URL of a token endpoint';
  if (provider.additional_steps !== undefined) return 'several requests';
  if (provider.body_format === 'xml') return 'a body in XML';
  if (provider.assertion?.type === 'saml') return 'a SAML assertion made from a key';
  if (provider.token_response_headers !== undefined) return 'a cookie goes with the token';
  if (/sha256|hmac/i.test(values)) return 'a signature over the request';
  return undefined;
}

function writeRequest(name: string, provider: Provider): CatalogRequest {
  const { token_response: response = {}, token_expires_in_ms: lifetime = 0 } = provider;
  const isApp = provider.auth_mode === 'APP';
  const payload = provider.assertion?.payload ?? provider.token?.payload;
  const expiryPath = response['token_expiration'];
  return {
    name,
    method: provider.token_request_method ?? 'POST',
    url: fillInUrl(String(provider.token_url)),
    bodyFormat: provider.body_format === 'json' || saysJson(provider) ? 'json' : 'form',
    headers: fillInHeaders(provider.token_headers ?? {}, isApp),
    parameters: fillInAll({ ...listScope(provider), ...provider.token_params }),
    client: provider.auth_mode === 'OAUTH2_CC' ? readClient(provider) : undefined,
    jwt: isApp ? { iss: 'app-id' } : payload && fillInAll(payload),
    tokenPath: isApp ? 'token' : (response['token'] ?? 'access_token'),
    expiry: isApp
      ? { path: 'expires_at', kind: 'time' }
      : expiryPath === undefined
        ? undefined
        : {
            path: expiryPath,
            kind: response['token_expiration_strategy'] === 'expireAt' ? 'time' : 'lifetime',
          },
    fixedLifetime: lifetime > 0 ? lifetime / 1000 : undefined,
  };
}

function saysJson({ token_headers: headers = {} }: Provider): boolean {
  return Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.includes('json'),
  );
}

function listScope({ default_scopes: scopes = [] }: Provider): Record<string, unknown> {
  return scopes.length === 0 ? {} : { scope: scopes.join(' ') };
}

function readClient(provider: Provider): CatalogRequest['client'] {
  const as = provider.token_request_auth_method === 'basic' ? 'basic' : 'post';
  return { id: 'client-id-0123456789', secret: 'client-secret-0123456789', as };
}

function fillInHeaders(
  headers: Readonly<Record<string, string>>,
  isApp: boolean,
): Record<string, string> {
  const all = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fillIn(value)]);
  return {
    ...Object.fromEntries(all),
    ...(isApp ? { authorization: 'Bearer ${jwt}' } : {}),
  } as Record<string, string>;
}

function fillInAll(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(values, (_, value: unknown) =>
      typeof value === 'string' ? fillIn(value) : value,
    ),
  ) as Record<string, unknown>;
}

/** Some entries have a second URL if the first one is not known. */
function fillInUrl(url: string): string {
  const [first = ''] = url.split(' || ');
  return fillIn(first);
}

/** Replaces `${...}` by invented values. `${base64(...)}` is base64 of its argument. */
function fillIn(template: string): string {
  const filled = template
    .replace(/\$\{(?:credentials\.assertion|token)\}/g, '${jwt}')
    .replace(
      /\$\{(?:connectionConfig|credentials|assertionOption)\.([\w.]+)\}/g,
      (_, name: string) => `${name.replaceAll(/[._]/g, '-').toLowerCase()}-0123456789`,
    )
    .replace(/\$\{(?:now|random|refresh_token)[^}]*\}/g, 'value-0123456789');
  return filled.replace(/\$\{base64\(([^}]*)\)\}/g, (_, inner: string) =>
    Buffer.from(inner).toString('base64'),
  );
}
