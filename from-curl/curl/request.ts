import { markDelimited, markPlaceholders } from '../secrets/placeholders.ts';
import { Refusal } from '../refusal.ts';
import { looksLikeKey } from '../secrets/sensitivity.ts';
import { hasMark, type Slots } from '../secrets/slots.ts';
import type { CurlArguments } from './arguments.ts';
import {
  type Body,
  isJson,
  decodePercent,
  listFlags,
  type Pair,
  readBody,
  readQuery,
  readQueryOptions,
} from './data.ts';

/** The methods that the action supports. */
export type Method = 'GET' | 'POST' | 'PUT';

/** Where a request goes. */
export interface Address {
  /** Scheme, host and path. */
  readonly base: string;
  /** The text after the `?`, as it is written; undefined if there is none. */
  readonly query: string | undefined;
  /** Whether `https://` was put before it. */
  readonly isCompleted: boolean;
}

/** The request that curl would make. */
export interface CurlRequest {
  readonly method: Method;
  readonly address: Address;
  /** The parameters of the query, including those of `-G`. */
  readonly query: readonly Pair[];
  readonly headers: readonly Pair[];
  /** In lower case, without parameters. */
  readonly contentType: string | undefined;
  readonly body: Body;
  /** `id:secret`, from `-u` or from the URL. */
  readonly user: string | undefined;
  readonly bearer: string | undefined;
}

/**
 * Works out which request a curl command makes.
 *
 * @param input the text of standard input
 * @throws {Refusal} if it is not known, or the action cannot make it
 */
export function readRequest(
  args: CurlArguments,
  { slots, input }: { readonly slots: Slots; readonly input: string | undefined },
): CurlRequest {
  const reading = { slots, input };
  const { address, userInfo } = readAddress(args.urls[0] ?? '', slots);
  const headers = readHeaders(args, slots);
  const contentType = findContentType(args, headers);
  const isGet = has(args, 'get');
  const body: Body = isGet ? { format: 'none' } : readBody(args, contentType, reading);
  const method = chooseMethod(args, isGet);
  if (method === 'GET' && body.format !== 'none') throw new Refusal({ code: 'body-with-get' });
  return {
    method,
    address,
    query: [...readQuery(withoutFlags(address), slots), ...readQueryOptions(args, reading)],
    headers,
    contentType,
    body,
    user: lastOf(args, 'user') ?? userInfo,
    bearer: lastOf(args, 'oauth2-bearer'),
  };
}

function withoutFlags({ query = '' }: Address): string {
  const flags = listFlags(query);
  return query
    .split('&')
    .filter((part) => !flags.includes(part))
    .join('&');
}

/** The last value of an option, because curl uses only that one. */
export function lastOf({ given }: CurlArguments, name: string): string | undefined {
  return given.findLast((one) => one.name === name)?.value;
}

function has({ given }: CurlArguments, name: string): boolean {
  return given.some((one) => one.name === name);
}

function readAddress(
  written: string,
  slots: Slots,
): { readonly address: Address; readonly userInfo: string | undefined } {
  if (written.trim() === '') throw new Refusal({ code: 'no-url' });
  const url = markPlaceholders(
    markPathParameters(markDelimited(written.trim(), slots), slots),
    slots,
  );
  if (/\s/.test(url)) throw new Refusal({ code: 'unreadable-url' });
  const isCompleted = !hasMark(url[0] ?? '') && !/^[a-z][a-z\d+.-]*:\/\//i.test(url);
  const whole = isCompleted ? `https://${url}` : url;
  const [, scheme = '', userInfo, host = '', path = '', query] =
    /^([a-z][a-z\d+.-]*:\/\/)?(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(whole) ?? [];
  if (!/^(https?:\/\/)?$/i.test(scheme)) throw new Refusal({ code: 'not-http' });
  if (host === '' || (isCompleted && !/[.:]|^localhost$/.test(host) && !hasMark(host))) {
    throw new Refusal({ code: 'unreadable-url' });
  }
  const address = { base: `${scheme.toLowerCase()}${host}${path}`, query, isCompleted };
  return { address, userInfo: userInfo === undefined ? undefined : decodePercent(userInfo) };
}

/** `/:tenant/token`, as in the routes of web frameworks. */
function markPathParameters(url: string, slots: Slots): string {
  return url.replace(
    /\/:([A-Za-z_][\w-]*)(?=[/?#]|$)/g,
    (_, name: string) => `/${slots.add('placeholder', name)}`,
  );
}

function readHeaders({ given }: CurlArguments, slots: Slots): Pair[] {
  const headers = given.flatMap(({ name, value }): Pair[] => {
    if (name === 'user-agent') return [['User-Agent', value]];
    if (name === 'referer') return [['Referer', value.replace(/;auto$/, '')]];
    if (name === 'cookie') return value.includes('=') ? [['Cookie', value]] : [];
    return name === 'header' ? readHeader(value, slots) : [];
  });
  return headers.filter(([, value]) => value !== '');
}

/** `Name: value`; `Name:` removes a header that curl adds itself. */
function readHeader(value: string, slots: Slots): Pair[] {
  if (value.startsWith('@')) throw new Refusal({ code: 'header-file' });
  if (/^[\w-]+;$/.test(value)) return [];
  const [, name = '', content = ''] = /^\s*([!#$%&'*+\-.^_`|~\w]+)\s*:([^]*)$/.exec(value) ?? [];
  if (name === '' || name.length > 60 || looksLikeKey(name))
    throw new Refusal({ code: 'unreadable-header' });
  return [[name, markDelimited(content.trim(), slots)]];
}

function findContentType(args: CurlArguments, headers: readonly Pair[]): string | undefined {
  const written = headers.findLast(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (written === undefined) return has(args, 'json') ? 'application/json' : undefined;
  return written.split(';', 1)[0]?.trim().toLowerCase();
}

const dataOptions = /^(data|data-ascii|data-raw|data-binary|data-urlencode|json|form|form-string)$/;

function chooseMethod(args: CurlArguments, isGet: boolean): Method {
  const written = lastOf(args, 'request')?.toUpperCase();
  if (written === 'POST' || written === 'GET' || written === 'PUT') return written;
  if (written !== undefined) throw new Refusal({ code: 'unsupported-method' });
  if (isGet) return 'GET';
  return args.given.some(({ name }) => dataOptions.test(name)) ? 'POST' : 'GET';
}

/** Whether the request says that its body is JSON. */
export function saysJson({ contentType }: CurlRequest): boolean {
  return isJson(contentType);
}
