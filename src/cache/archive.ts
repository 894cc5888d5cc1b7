import { promisify } from 'node:util';

import { type Compression, compressions } from './service.ts';

/** The compressions that this version of Node can undo: zstd came with Node 22.15 and 23.8. */
export const readableCompressions: readonly Compression[] = compressions.filter(
  (compression) => compression === 'gzip' || process.versions['zstd'] !== undefined,
);

/** The largest size of a decompressed archive, in bytes. */
const maxOutputLength = 512 * 1024;

/** log2 of the largest window, the default of the zstd program; a larger one would only cost memory. */
const windowLog = 23;

/**
 * Decompresses an archive, to 512 KiB at most.
 *
 * @throws if it is damaged or would become larger
 */
export async function decompressArchive(blob: Buffer, compression: Compression): Promise<Buffer> {
  // Loaded only here, because nothing is decompressed if no entry was found.
  const { constants, gunzip, zstdDecompress } = await import('node:zlib');
  if (compression === 'gzip') return promisify(gunzip)(blob, { maxOutputLength });
  const params = { [constants.ZSTD_d_windowLogMax]: windowLog };
  return promisify(zstdDecompress)(blob, { maxOutputLength, params });
}
