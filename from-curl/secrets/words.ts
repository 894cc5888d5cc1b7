/** Splits a name into its words, in lower case: `clientSecret`, `client_secret` and `Client-Secret` are two words. */
export function splitName(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** The letters and digits of a name, in lower case. */
export function squeezeName(name: string): string {
  return name.toLowerCase().replace(/[^a-z\d]/g, '');
}
