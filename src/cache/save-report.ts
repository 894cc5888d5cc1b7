/** The words by which the child process reports how saving ended. */
export const saveWords = [
  'saved',
  'taken',
  'denied',
  /** No tar was found. */
  'no_tar',
  /** The tar lacks an option that the toolkit needs. */
  'other_tar',
  'tar_failed',
  /** The temporary directory has no room, or cannot be written. */
  'no_room',
  'failed',
] as const;

export type SaveWord = (typeof saveWords)[number];

/**
 * Reads from what the toolkit and tar printed why nothing was saved. `saveCache` returns -1 for all reasons. With
 * version 1 of the service it returns the id of the reservation even if the upload failed.
 *
 * @param result what `saveCache` gave: the id of the entry, or -1
 * @param text all that was printed meanwhile
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/cache.ts
 */
export function classifySave(result: number, text: string): SaveWord {
  if (result !== -1 && !text.includes('Failed to save: ')) return 'saved';
  if (/cache write denied|does not permit writes/.test(text)) return 'denied';
  if (/ENOSPC|EDQUOT|EROFS|no space left/i.test(text)) return 'no_room';
  if (/executable file: tar\b/.test(text)) return 'no_tar';
  // The tar of busybox has no --posix, and says so in one of two ways.
  if (/unrecognized option:? '?(--)?posix/.test(text)) return 'other_tar';
  if (/Failed to save: ".*tar(\.exe)?" failed with error/i.test(text)) return 'tar_failed';
  return /\(409\)|already.exists/i.test(text) ? 'taken' : 'failed';
}

/**
 * Whether the connection broke while the name was reserved. The toolkit gives up then, although it retries after
 * every other temporary fault. A failure after the reservation cannot be retried under the same name.
 *
 * @param text all that was printed
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/shared/cacheTwirpClient.ts
 */
export function lostConnection(text: string): boolean {
  return text.includes('Failed to CreateCacheEntry: Unable to make request: ');
}
