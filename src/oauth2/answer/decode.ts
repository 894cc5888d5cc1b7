/**
 * Decodes the body of a failed answer, which is read by people only: as its byte order mark, its content type or the document itself
 * says, else as UTF-8, UTF-16 or Windows-1252, whichever it can be. The byte order mark is dropped.
 *
 * @returns an empty text for what is no text: it is compressed, or a file
 * @see https://encoding.spec.whatwg.org/#bom-sniff
 */
export function decodeBody(body: Buffer, contentType: string): string {
  const name = readMark(body) ?? readCharset(contentType) ?? readDeclared(body) ?? guess(body);
  const text = decodeAs(body, name) ?? decodeAs(body, guess(body)) ?? '';
  return isText(text) ? text : '';
}

function readMark(body: Buffer): string | undefined {
  const start = body.subarray(0, 3).toString('hex');
  if (start === 'efbbbf') return 'utf-8';
  if (start.startsWith('fffe')) return 'utf-16le';
  return start.startsWith('feff') ? 'utf-16be' : undefined;
}

function readCharset(contentType: string): string | undefined {
  return /charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType)?.[1];
}

/** How far a document is searched for the name of its character set, bytes (HTML section 4.2.5.4). */
const declarationLength = 1024;

/** What a page or an XML document says of itself. */
function readDeclared(body: Buffer): string | undefined {
  const head = body.subarray(0, declarationLength).toString('latin1');
  const declared = /^\s*<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]{1,40})/i.exec(head)?.[1];
  // A document in which that can be read as ASCII is not UTF-16, whatever it says.
  const name =
    declared ?? /<meta\b[^>]{0,200}\bcharset\s*=\s*["']?([\w.:-]{1,40})/i.exec(head)?.[1];
  return name === undefined || /^utf-?16/i.test(name) ? undefined : name;
}

/** How much of a text shows what it is written in, bytes. */
const sampleLength = 64;

/** Text of ASCII in UTF-16 has a zero in every second byte; other text that is no UTF-8 is usually of an older Western system. */
function guess(body: Buffer): string {
  const sample = body.subarray(0, sampleLength);
  const zeros = (first: number): number =>
    sample.filter((byte, index) => index % 2 === first && byte === 0).length;
  if (sample.length >= 4 && zeros(1) > sample.length / 4 && zeros(0) === 0) return 'utf-16le';
  if (sample.length >= 4 && zeros(0) > sample.length / 4 && zeros(1) === 0) return 'utf-16be';
  const foreign = sample.filter((byte) => byte >= 0x80).length;
  return isUtf8(body) || foreign > sample.length / 2 ? 'utf-8' : 'windows-1252';
}

function isUtf8(body: Buffer): boolean {
  return decodeAs(body, 'utf-8', { fatal: true }) !== undefined;
}

/** Undefined for a character set that is not known, and with `fatal` for what is not of it. */
function decodeAs(body: Buffer, charset: string, options = {}): string | undefined {
  try {
    return new TextDecoder(charset, options).decode(body);
  } catch {
    return undefined;
  }
}

/** What is no text has characters that cannot be shown. */
function isText(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  const controls = text.match(/[\0-\x08\x0e-\x1f\x7f-\x9f]/g)?.length ?? 0;
  const lost = text.match(/\ufffd/g)?.length ?? 0;
  return !text.includes('\0') && controls <= text.length / 20 && lost <= text.length / 4;
}
