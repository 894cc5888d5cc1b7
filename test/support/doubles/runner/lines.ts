/** Lines as the runner reads them, with .NET's StreamReader: LF, CRLF and a single CR end a line. */

/**
 * Splits a text into its lines. A line break at the end ends the last line and starts no other.
 * https://learn.microsoft.com/dotnet/api/system.io.streamreader.readline
 */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Takes the bytes of a stream as they come, UTF-8, and passes each line on as soon as it is complete. */
export class LineReader {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #rest = '';

  /** Takes what is called with each line, without its line break. */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes, which may end within a line, a character or a CRLF. */
  push(bytes: Uint8Array): void {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A CR at the end may be half of a CRLF, so it waits for the next bytes.
    const complete = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = complete.pop() ?? '';
    complete.forEach(this.#onLine);
  }

  /** Passes on the rest when the stream has ended: a last line without a line break. */
  end(): void {
    splitLines(this.#rest + this.#decoder.decode()).forEach(this.#onLine);
    this.#rest = '';
  }
}
