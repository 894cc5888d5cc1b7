import { promisify } from 'node:util';

import { TransportError } from './transport-error.ts';

/**
 * Undoes a Content-Encoding that the server used although none was asked for (RFC 9110 section 8.4).
 *
 * @param encoding the header's value; absent, empty and `identity` leave the body as it is
 * @param maxBytes the most that may come out, in bytes
 * @throws {TransportError} `answer_too_large`, or `answer_unreadable` for damaged data or an encoding not known here
 */
export async function decodeContent(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity' || body.length === 0) return body;
  const decoders = await loadDecoders();
  if (!Object.hasOwn(decoders, name)) {
    throw new TransportError('answer_unreadable', { systemCode: 'content-encoding' });
  }
  try {
    return await decoders[name as keyof typeof decoders](body, { maxOutputLength: maxBytes });
  } catch (cause) {
    const tooLarge = cause instanceof RangeError;
    throw new TransportError(tooLarge ? 'answer_too_large' : 'answer_unreadable', { cause });
  }
}

/** Loaded only where a server compresses unasked: node:zlib takes milliseconds to load. */
async function loadDecoders() {
  const { brotliDecompress, gunzip, inflate } = await import('node:zlib');
  return {
    gzip: promisify(gunzip),
    'x-gzip': promisify(gunzip),
    deflate: promisify(inflate),
    br: promisify(brotliDecompress),
  };
}
