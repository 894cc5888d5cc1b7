/** Which names make a value a secret. */

/** The fewest characters of a value that only its name makes a secret. */
export const shortestGuess = 8;

const secretParameter =
  /^(password|code|device_code|code_verifier|otp)$|(_token|secret|assertion)$/i;
const secretHeader = /^(authorization|cookie)$|(^|[-_]|api)(key|token|secret)$/i;
const secretField = /(token|secret|assertion|password|key|signature|code|jwt)$/i;

/** Whether a parameter of this name holds a secret. */
export function isSecretParameter(name: string): boolean {
  return secretParameter.test(name);
}

/** Whether a header of this name holds a secret. */
export function isSecretHeader(name: string): boolean {
  return secretHeader.test(name);
}

/** Whether a field of a response holds a secret, by the last word of its name. */
export function isSecretField(name: string): boolean {
  return secretField.test(name);
}
