import { type Json, type JsonObject, readJson, readWholeJson } from '../formats/json.ts';
import { looksLikeKey, looksRandom } from '../secrets/sensitivity.ts';
import { squeezeName } from '../secrets/words.ts';

/** The places that the example of a response shows. Nothing in it is a value of the response. */
export interface ResponseFields {
  /** Lines of the input `response-fields`. */
  readonly fields: readonly string[];
  /** Seconds, if the response has a lifetime in a form that the action does not read. */
  readonly defaultExpiresIn: number | undefined;
  readonly finding: 'complete' | 'no-token' | 'no-expiry' | 'milliseconds' | 'unknown-unit';
}

/** Reads the example of a response that follows a command; undefined if there is none. */
export function readResponse(rest: string): ResponseFields | 'unreadable' | undefined {
  const text = dropHeadings(rest);
  if (text === '') return undefined;
  const start = text.search(/[{[]/);
  const isBody = start >= 0 && !/[A-Za-z\d"']/.test(lastLine(text.slice(0, start)));
  const read = isBody ? readJson(text, start) : undefined;
  if (read?.value.kind === 'object' || read?.value.kind === 'array') return describe(read.value);
  if (isBody) return 'unreadable';
  return isBareToken(text)
    ? { fields: ['access_token=.'], defaultExpiresIn: undefined, finding: 'no-expiry' }
    : undefined;
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

/** The text before a body: the rest of the command's line, a title, a status line with its headers. */
function dropHeadings(rest: string): string {
  return rest
    .replace(/^["')`;]+/, '')
    .split('\n')
    .filter(
      (line) =>
        !/^\s*(?:$|#|\/\/|<?\s*HTTP\/[\d.]+\s|<?\s*[A-Za-z-]+:(?:\s|$)(?![^]*["{]))/.test(line),
    )
    .filter(
      (line) =>
        !/^\s*(?:example|sample|successful)?\s*(?:response|output|result|returns?|answer)\b[^{["]{0,60}$/i.test(
          line,
        ),
    )
    .join('\n')
    .trim();
}

/** One word, as a text or as a JSON string. */
function isBareToken(text: string): boolean {
  const json = readWholeJson(text);
  const word = json?.kind === 'string' && text.startsWith('"') ? json.text : text;
  return /^[\w.~+/=-]{12,}$/.test(word) && (looksRandom(word) || word.length >= 20);
}

/** A value in a response, with the path that leads to it. */
interface Leaf {
  readonly path: readonly string[];
  readonly value: Extract<Json, { kind: 'string' | 'raw' | 'bare' }>;
}

/** Lists the values, the highest ones first. Of a list, the values of its first item. */
function listLeaves(root: Json): Leaf[] {
  const leaves: Leaf[] = [];
  let level: { readonly path: readonly string[]; readonly value: Json }[] = [
    { path: [], value: root },
  ];
  for (let depth = 0; depth < 8 && level.length > 0 && level.length < 2000; depth += 1) {
    const next: typeof level = [];
    for (const { path, value } of level) {
      if (value.kind === 'object') {
        for (const [name, one] of value.entries.filter(isNamed)) {
          next.push({ path: [...path, name], value: one });
        }
      } else if (value.kind === 'array') {
        if (value.items[0]) next.push({ path: [...path, '0'], value: value.items[0] });
      } else leaves.push({ path, value });
    }
    level = next;
  }
  return leaves;
}

/** A field is skipped if its name could be a secret or cannot be written in a path. */
function isNamed([name]: JsonObject['entries'][number]): boolean {
  return /^[\w$-]{1,60}$/.test(name) && !looksLikeKey(name);
}

/** Names of an access token, the clearest first. */
const tokenNames = [
  /^accesstoken$/,
  /^(access|client|auth|session|api|security|bearer|oauth|jwt)?token$|^token(value|string)?$/,
  /^(jwt|accessjwt|idtoken|authtoken|jwttoken|bearer|sessionid|ticket|accesskey)$/,
  /^(access|sid|session|sessionkey)$/,
  // A name of the provider's own, such as loginToken or OB-TOKEN-V1.
  /(?<!page|next|continuation|id)token(v?\d+)?$/,
] as const;

function describe(root: Json): ResponseFields {
  const leaves = listLeaves(root);
  const token = findToken(leaves);
  if (token === undefined) {
    return { fields: [], defaultExpiresIn: undefined, finding: 'no-token' };
  }
  const isStandard = token.path.join('.') === 'access_token';
  const near = sortByNearness(
    leaves.filter((leaf) => leaf !== token && !isOfRefresh(leaf)),
    token,
  );
  const expiry = describeExpiry(near);
  const fields = [
    ...(isStandard ? [] : [`access_token=${token.path.join('.')}`]),
    ...mapField('token_type', near, /^(tokentype|type)$/, /^(bearer|mac|dpop|jwt)/i),
    ...expiry.fields,
    ...(isStandard ? [] : mapField('scope', near, /^scopes?$/, /./)),
    ...mapSecret('refresh_token', leaves, token, /^refresh(token)?$|^refresh\.(token|value)$/),
    ...mapSecret('id_token', leaves, token, /^idtoken$/),
  ];
  return { fields, defaultExpiresIn: expiry.defaultExpiresIn, finding: expiry.finding };
}

function findToken(leaves: readonly Leaf[]): Leaf | undefined {
  const texts = leaves.filter(({ value }) => value.kind !== 'raw' && !/^\s*$/.test(value.text));
  for (const pattern of tokenNames) {
    const found = texts.find((leaf) => pattern.test(readTokenName(leaf)) && !isOfRefresh(leaf));
    if (found !== undefined) return found;
  }
  const random = texts.filter(
    ({ value: { text } }) => /^[\w.~+/=-]{20,}$/.test(text) && looksRandom(text),
  );
  return random.length === 1 ? random[0] : undefined;
}

/** The name of a field, or of the object around it, as in `{"token": {"value": "..."}}`. */
function readTokenName({ path }: Leaf): string {
  const [name = '', parent = ''] = path.toReversed().map(squeezeName);
  return name === 'value' && parent !== '' ? parent : name;
}

function isOfRefresh({ path }: Leaf): boolean {
  return path.some((name) => /refresh|csrf|xsrf/.test(squeezeName(name)));
}

function lastName({ path }: Leaf): string {
  return squeezeName(path.at(-1) ?? '');
}

/** Fields in the same object as the token come first, then fields nearer to the top. */
function sortByNearness(leaves: readonly Leaf[], token: Leaf): Leaf[] {
  const parent = token.path.slice(0, -1).join('.');
  const isNear = ({ path }: Leaf): boolean => path.slice(0, -1).join('.') === parent;
  return [...leaves.filter(isNear), ...leaves.filter((leaf) => !isNear(leaf))];
}

function mapField(name: string, leaves: readonly Leaf[], names: RegExp, values: RegExp): string[] {
  const found = leaves.find((leaf) => names.test(lastName(leaf)) && values.test(leaf.value.text));
  const path = found?.path.join('.');
  return path === undefined || path === name ? [] : [`${name}=${path}`];
}

function mapSecret(name: string, leaves: readonly Leaf[], token: Leaf, names: RegExp): string[] {
  const found = leaves.find(
    (leaf) =>
      leaf !== token &&
      leaf.value.kind === 'string' &&
      (names.test(lastName(leaf)) || names.test(leaf.path.slice(-2).map(squeezeName).join('.'))),
  );
  const path = found?.path.join('.');
  return path === undefined || path === name ? [] : [`${name}=${path}`];
}

/** How a response states the expiry of its token. */
type Expiry = Pick<ResponseFields, 'fields' | 'defaultExpiresIn' | 'finding'>;

const expiryName =
  /^(access|jwt|session|auth|bearer|api|id)?(token)?(expiresin|expirein|expires|expire|expiry|expiresat|expireat|expiration|expirationtime|expirationdate|expirydate|expireson|expiretime|expirytime|validuntil|validto|ttl|maxage|lifetime|timeout|validity|leaseduration|exp|validfor)(in)?(s|sec|secs|seconds|ms|msec|millis|milliseconds|min|mins|minutes|hours|utc)?$/;

function describeExpiry(leaves: readonly Leaf[]): Expiry {
  const found = [
    ...leaves.filter(({ path }) => path.join('.') === 'expires_in'),
    ...leaves.filter((leaf) => expiryName.test(lastName(leaf))),
    ...leaves.filter(
      (leaf) => /expir|timeout/.test(lastName(leaf)) && !lastName(leaf).includes('refresh'),
    ),
  ];
  const known = found.map(describeLifetime);
  return (
    known.find(({ finding }) => finding === 'complete' || finding === 'milliseconds') ??
    known.find(({ finding }) => finding === 'unknown-unit') ??
    nothing('no-expiry')
  );
}

function nothing(finding: ResponseFields['finding']): Expiry {
  return { fields: [], defaultExpiresIn: undefined, finding };
}

const day = 86_400;
const longest = 400 * day;

function describeLifetime(leaf: Leaf): Expiry {
  const { text } = leaf.value;
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return mapExpiry('expires_at', leaf);
  const duration = /^(\d{1,6})\s?(s|sec|m|min|h|d)$/.exec(text);
  if (duration !== null) return assume(Number(duration[1]) * (unitSeconds[duration[2] ?? ''] ?? 1));
  if (!/^\d{1,15}(\.\d+)?(E\d{1,2})?$/i.test(text)) return nothing('unknown-unit');
  const number = Number(text);
  const name = lastName(leaf);
  if (number > 1e8)
    return isEpoch(number) ? mapExpiry('expires_at', leaf) : nothing('unknown-unit');
  if (/min(ute)?s?$/.test(name)) return assume(number * 60);
  if (/hours?$/.test(name)) return assume(number * 3600);
  if (/(ms|msec|millis|milliseconds)$/.test(name)) return mapExpiry('expires_in_ms', leaf);
  if (isMilliseconds(number))
    return { ...mapExpiry('expires_in_ms', leaf), finding: 'milliseconds' };
  // A session's time limit is in minutes as often as in seconds.
  if (number < 300 && /timeout|validity|lifetime/.test(name)) return nothing('unknown-unit');
  return number > 0 ? mapExpiry('expires_in', leaf) : nothing('no-expiry');
}

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: day,
};

function assume(seconds: number): Expiry {
  return { fields: [], defaultExpiresIn: seconds, finding: 'complete' };
}

/** Seconds or milliseconds since 1970, from 2001 to 2100. */
function isEpoch(number: number): boolean {
  return (number > 1e9 && number < 4.2e9) || (number > 1e12 && number < 4.2e12);
}

/** Multiples of five minutes in milliseconds. As seconds they would not be whole days, or would be too long. */
function isMilliseconds(number: number): boolean {
  return number >= 300_000 && number % 300_000 === 0 && (number % day !== 0 || number > longest);
}

function mapExpiry(name: string, { path }: Leaf): Expiry {
  const written = path.join('.');
  // The action reads these itself.
  const isStandard = written === name;
  return {
    fields: isStandard ? [] : [`${name}=${written}`],
    defaultExpiresIn: undefined,
    finding: 'complete',
  };
}
