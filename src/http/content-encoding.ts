import { promisify } from 'node:util';

import { TransportError } from './transport-error.ts';

/** How many encodings are undone at most. Each takes time, and a header has room for thousands. */
const mostEncodings = 5;

/**
 * Undoes the Content-Encodings that a server used although none was requested (RFC 9110 section 8.4).
 *
 * @param encoding the header's value, a list in the order in which they were applied; `identity` does not count
 * @param maxBytes how many bytes may come out of each
 * @param accepted the request's Accept-Encoding: an unknown encoding that was accepted there is left as it is
 * @throws {TransportError} `encoding_unknown`, `answer_too_large`, or `answer_unreadable` for damaged data
 */
export async function decodeContent(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
  accepted = '',
): Promise<Buffer> {
  const names = listEncodings(encoding ?? '').filter((name) => name !== 'identity');
  if (names.length === 0 || body.length === 0) return body;
  const decoders = await loadDecoders();
  const unknown = names.find((name) => !decoders.has(name));
  if (unknown !== undefined) {
    if (accepts(accepted, unknown)) return body;
    throw new TransportError('encoding_unknown', { step: 'exchanging', encoding: unknown });
  }
  if (names.length > mostEncodings) {
    throw new TransportError('answer_unreadable', { step: 'exchanging', encoding: names[0] });
  }
  let decoded = body;
  for (const name of names.toReversed()) {
    decoded = await decode(decoded, name, decoders.get(name), maxBytes);
  }
  return decoded;
}

/** Undoes one encoding. */
type Decode = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

async function decode(
  body: Buffer,
  encoding: string,
  undo: Decode | undefined,
  maxBytes: number,
): Promise<Buffer> {
  try {
    return (await undo?.(body, { maxOutputLength: maxBytes })) ?? body;
  } catch (cause) {
    const code = cause instanceof RangeError ? 'answer_too_large' : 'answer_unreadable';
    const reason = cause instanceof Error ? cause.message : undefined;
    throw new TransportError(code, { step: 'exchanging', encoding, cause, reason });
  }
}

function listEncodings(list: string): string[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '');
}

/** Whether an Accept-Encoding names an encoding, or all (RFC 9110 section 12.5.3). */
function accepts(accepted: string, encoding: string): boolean {
  return listEncodings(accepted).some((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const isRefused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return !isRefused && (name === encoding || name === '*');
  });
}

/** Loaded only if a server compresses although nobody requested it, because node:zlib takes milliseconds to load. */
async function loadDecoders(): Promise<ReadonlyMap<string, Decode>> {
  const { brotliDecompress, gunzip, inflate, inflateRaw } = await import('node:zlib');
  const decoders: readonly [name: string, undo: Decode][] = [
    ['gzip', promisify(gunzip)],
    ['x-gzip', promisify(gunzip)],
    ['deflate', (body, options) => promisify(isZlib(body) ? inflate : inflateRaw)(body, options)],
    ['br', promisify(brotliDecompress)],
  ];
  return new Map(decoders);
}

/** Many servers leave out the envelope that RFC 9110 section 8.4.1.2 wants for `deflate` (RFC 1950 section 2.2). */
function isZlib(body: Buffer): boolean {
  const [method = 0, flags = 0] = body;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
