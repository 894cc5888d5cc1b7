import { createCipheriv, createDecipheriv } from 'node:crypto';

const algorithm = 'aes-256-gcm';

/** Bytes of the nonce of AES-GCM (NIST SP 800-38D section 5.2.1.1). */
export const nonceBytes = 12;

/** Bytes of the tag of AES-GCM. */
export const tagBytes = 16;

/**
 * Encrypts by AES-256-GCM.
 *
 * @param key 32 bytes
 * @param nonce {@link nonceBytes} random bytes, never the same twice
 * @param purpose the additional data: what was encrypted for one purpose cannot be decrypted for another
 * @returns nonce, tag, ciphertext
 */
export function seal(
  plaintext: Buffer,
  {
    key,
    nonce,
    purpose,
  }: { readonly key: Buffer; readonly nonce: Buffer; readonly purpose: string },
): Buffer {
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(purpose));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/**
 * Decrypts what {@link seal} encrypted.
 *
 * @returns undefined if it was not encrypted with this key for this purpose, or was damaged since
 */
export function unseal(
  sealed: Buffer,
  { key, purpose }: { readonly key: Buffer; readonly purpose: string },
): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(tag);
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(nonceBytes + tagBytes)),
      decipher.final(),
    ]);
  } catch {
    // The entry is damaged, planted, or somebody else's.
    return undefined;
  }
}
