/** A page reads no files. */
export function readFileSync(): never {
  throw new Error('a page reads no files');
}
