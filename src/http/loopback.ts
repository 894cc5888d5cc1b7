/**
 * Whether connections to a host never leave the machine.
 *
 * @param hostname as `URL.hostname` gives it
 * @see RFC 6761 section 6.3, RFC 6890, RFC 4291 section 2.5.3
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
