// @ts-check
/*
 * Replaces @azure/storage-blob. @actions/cache uses it to save an archive with one request, Put Blob, and to restore
 * one, which nothing here does. The real package was 1.9 of the 2.6 MB that the child process loads. The overrides
 * entry in package.json puts this file in its place; The tests compare its request with that of the real one,
 * azure-storage-blob.
 *
 * It has only what @actions/cache uses. An import of another name fails the build, and any other use throws an error
 * that says so.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import { HttpClient } from '@actions/http-client';

/** As of @azure/storage-blob 12.31.0. The permission in the URL's query comes from the cache service. */
const headers = {
  'content-type': 'application/octet-stream',
  'x-ms-blob-type': 'BlockBlob',
  'x-ms-version': '2026-02-06',
};

/** Milliseconds between the two attempts. */
const pause = 500;

/**
 * The options of `uploadFile` of @actions/cache. The first two are for archives that take several requests.
 *
 * @typedef {object} UploadOptions
 * @property {number} [blockSize]
 * @property {number} [concurrency]
 * @property {number} maxSingleShotSize the largest archive that goes in one request, in bytes
 * @property {(progress: { loadedBytes: number }) => void} onProgress
 */

const knownOptions = ['blockSize', 'concurrency', 'maxSingleShotSize', 'onProgress'];

/** The upload did not end with 201, the only success of Put Blob. */
class PutBlobError extends Error {
  code = 'put_blob_failed';

  /** @param {number} status */
  constructor(status) {
    super(`The storage answered Put Blob with status ${status}.`);
    this.status = status;
  }
}

/**
 * Uploads a file by Put Blob. If the connection breaks or the storage has a fault (408, 5xx), it tries once more.
 * It uses `https_proxy` and `no_proxy` as every request of @actions/http-client does, and does not follow redirects.
 *
 * @param {string} url a signed URL; anyone who has it may write the blob
 * @param {string} file
 * @param {UploadOptions} options
 * @param {(milliseconds: number) => Promise<unknown>} wait
 * @returns the part of the SDK's answer that @actions/cache reads
 * @throws {PutBlobError} if the storage did not accept the file
 * @throws {Error} if there is no answer, or for an option or a size that this replacement does not support
 * @see https://learn.microsoft.com/rest/api/storageservices/put-blob
 */
export async function uploadFile(url, file, options, wait = setTimeout) {
  const unknown = Object.keys(options).filter((name) => !knownOptions.includes(name));
  if (unknown.length > 0) throw refuse(`the option ${unknown.join(', ')} of uploadFile()`);
  const { size } = await stat(file);
  if (size > options.maxSingleShotSize) throw refuse(`an upload of ${size} bytes`);
  try {
    await putBlob(url, file, size);
  } catch (error) {
    if (!isTransient(error)) throw error;
    await wait(pause);
    await putBlob(url, file, size);
  }
  options.onProgress({ loadedBytes: size });
  return { _response: { status: 201 } };
}

/**
 * @param {string} url
 * @param {string} file
 * @param {number} size
 */
async function putBlob(url, file, size) {
  const client = new HttpClient('oauth2-token', [], { allowRedirects: false });
  const { message } = await client.sendStream('PUT', url, createReadStream(file), {
    ...headers,
    'content-length': size,
  });
  // The body is not needed, and it may never end.
  message.destroy();
  if (message.statusCode !== 201) throw new PutBlobError(message.statusCode ?? 0);
}

/**
 * Whether the next attempt may succeed: there was no answer, or a fault of the storage.
 *
 * @param {unknown} error
 */
function isTransient(error) {
  return !(error instanceof PutBlobError) || error.status === 408 || error.status >= 500;
}

/** The parts of the blob behind a signed URL that @actions/cache uses to save. */
export class BlobClient {
  // These are read for a debug line.
  name = undefined;
  accountName = undefined;
  containerName = undefined;

  /**
   * @param {string} url
   * @param {...unknown} more
   */
  constructor(url, ...more) {
    if (more.length > 0) throw refuse('credentials or options of BlobClient');
    this.url = url;
    return refuseOthers(this, 'BlobClient');
  }

  getBlockBlobClient() {
    const blob = {
      /**
       * @param {string} file
       * @param {UploadOptions} options
       */
      uploadFile: (file, options) => uploadFile(this.url, file, options),
    };
    return refuseOthers(blob, 'BlockBlobClient');
  }
}

/** The functions that restore an archive. This action reads the cache itself. */
export class BlockBlobClient {
  constructor() {
    throw refuse('BlockBlobClient');
  }
}

/**
 * Makes any other use an error. JavaScript would give `undefined`.
 *
 * @template {object} T
 * @param {T} object
 * @param {string} name
 * @returns {T}
 */
function refuseOthers(object, name) {
  return new Proxy(object, {
    get: (target, key) => {
      if (typeof key === 'string' && !(key in target)) throw refuse(`${name}.${key}`);
      return Reflect.get(target, key);
    },
  });
}

/** @param {string} what */
function refuse(what) {
  return new Error(
    `@azure/storage-blob is left out of oauth2-token (tools/put-blob): ${what} cannot be used here.`,
  );
}
