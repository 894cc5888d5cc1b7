/**
 * How an option of curl is handled. `read`: it becomes part of the step. `ignored`: it changes what is shown, not what
 * is sent. `dropped`: it is left out with a note. `refused`: the action does not support it.
 *
 * @see https://curl.se/docs/manpage.html
 */
type Treatment = 'read' | 'ignored' | 'dropped' | 'refused';

/** Long name, short letter (or an empty string), whether a value follows, treatment. */
const rows = [
  ['request', 'X', 1, 'read'],
  ['data', 'd', 1, 'read'],
  ['data-ascii', '', 1, 'read'],
  ['data-raw', '', 1, 'read'],
  ['data-binary', '', 1, 'read'],
  ['data-urlencode', '', 1, 'read'],
  ['json', '', 1, 'read'],
  ['form', 'F', 1, 'read'],
  ['form-string', '', 1, 'read'],
  ['get', 'G', 0, 'read'],
  ['url', '', 1, 'read'],
  ['url-query', '', 1, 'read'],
  ['user', 'u', 1, 'read'],
  ['oauth2-bearer', '', 1, 'read'],
  ['header', 'H', 1, 'read'],
  ['user-agent', 'A', 1, 'read'],
  ['referer', 'e', 1, 'read'],
  ['cookie', 'b', 1, 'read'],
  ['cert', 'E', 1, 'read'],
  ['cert-type', '', 1, 'read'],
  ['key', '', 1, 'read'],
  ['key-type', '', 1, 'read'],
  ['pass', '', 1, 'read'],
  ['cacert', '', 1, 'read'],
  ['max-time', 'm', 1, 'read'],
  ['retry', '', 1, 'read'],
  ['retry-all-errors', '', 0, 'read'],
  ['retry-max-time', '', 1, 'read'],

  ['silent', 's', 0, 'ignored'],
  ['show-error', 'S', 0, 'ignored'],
  ['verbose', 'v', 0, 'ignored'],
  ['include', 'i', 0, 'ignored'],
  ['show-headers', '', 0, 'ignored'],
  ['fail', 'f', 0, 'ignored'],
  ['fail-with-body', '', 0, 'ignored'],
  ['fail-early', '', 0, 'ignored'],
  ['output', 'o', 1, 'ignored'],
  ['output-dir', '', 1, 'ignored'],
  ['create-dirs', '', 0, 'ignored'],
  ['remote-name', 'O', 0, 'ignored'],
  ['remote-header-name', 'J', 0, 'ignored'],
  ['write-out', 'w', 1, 'ignored'],
  ['dump-header', 'D', 1, 'ignored'],
  ['progress-bar', '#', 0, 'ignored'],
  ['progress-meter', '', 0, 'ignored'],
  ['no-buffer', 'N', 0, 'ignored'],
  ['buffer', '', 0, 'ignored'],
  ['styled-output', '', 0, 'ignored'],
  ['stderr', '', 1, 'ignored'],
  ['trace', '', 1, 'ignored'],
  ['trace-ascii', '', 1, 'ignored'],
  ['trace-time', '', 0, 'ignored'],
  ['trace-config', '', 1, 'ignored'],
  ['remove-on-error', '', 0, 'ignored'],
  ['compressed', '', 0, 'ignored'],
  ['globoff', 'g', 0, 'ignored'],
  ['disable', 'q', 0, 'ignored'],
  ['http1.0', '0', 0, 'ignored'],
  ['http1.1', '', 0, 'ignored'],
  ['http2', '', 0, 'ignored'],
  ['http2-prior-knowledge', '', 0, 'ignored'],
  ['http3', '', 0, 'ignored'],
  ['alpn', '', 0, 'ignored'],
  ['npn', '', 0, 'ignored'],
  ['sessionid', '', 0, 'ignored'],
  ['tlsv1', '1', 0, 'ignored'],
  ['tlsv1.0', '', 0, 'ignored'],
  ['tlsv1.1', '', 0, 'ignored'],
  ['tlsv1.2', '', 0, 'ignored'],
  ['tlsv1.3', '', 0, 'ignored'],
  ['tls-max', '', 1, 'ignored'],
  ['basic', '', 0, 'ignored'],
  ['keepalive', '', 0, 'ignored'],
  ['keepalive-time', '', 1, 'ignored'],
  ['tcp-nodelay', '', 0, 'ignored'],
  ['tcp-fastopen', '', 0, 'ignored'],
  ['path-as-is', '', 0, 'ignored'],
  ['post301', '', 0, 'ignored'],
  ['post302', '', 0, 'ignored'],
  ['post303', '', 0, 'ignored'],
  ['max-redirs', '', 1, 'ignored'],
  ['expect100-timeout', '', 1, 'ignored'],
  ['max-filesize', '', 1, 'ignored'],
  ['proto', '', 1, 'ignored'],
  ['proto-default', '', 1, 'ignored'],
  ['proto-redir', '', 1, 'ignored'],
  ['retry-connrefused', '', 0, 'ignored'],
  ['junk-session-cookies', 'j', 0, 'ignored'],

  ['location', 'L', 0, 'dropped'],
  ['location-trusted', '', 0, 'dropped'],
  ['insecure', 'k', 0, 'dropped'],
  ['proxy', 'x', 1, 'dropped'],
  ['proxy-user', 'U', 1, 'dropped'],
  ['proxy-header', '', 1, 'dropped'],
  ['proxy-insecure', '', 0, 'dropped'],
  ['proxytunnel', 'p', 0, 'dropped'],
  ['noproxy', '', 1, 'dropped'],
  ['cookie-jar', 'c', 1, 'dropped'],
  ['connect-timeout', '', 1, 'dropped'],
  ['retry-delay', '', 1, 'dropped'],
  ['speed-limit', 'Y', 1, 'dropped'],
  ['speed-time', 'y', 1, 'dropped'],
  ['limit-rate', '', 1, 'dropped'],
  ['capath', '', 1, 'dropped'],
  ['ca-native', '', 0, 'dropped'],
  ['cert-status', '', 0, 'dropped'],
  ['ssl-no-revoke', '', 0, 'dropped'],
  ['ssl-reqd', '', 0, 'dropped'],
  ['ciphers', '', 1, 'dropped'],
  ['tls13-ciphers', '', 1, 'dropped'],
  ['curves', '', 1, 'dropped'],
  ['ipv4', '4', 0, 'dropped'],
  ['ipv6', '6', 0, 'dropped'],
  ['interface', '', 1, 'dropped'],
  ['dns-servers', '', 1, 'dropped'],
  ['doh-url', '', 1, 'dropped'],

  ['aws-sigv4', '', 1, 'refused'],
  ['digest', '', 0, 'refused'],
  ['ntlm', '', 0, 'refused'],
  ['negotiate', '', 0, 'refused'],
  ['anyauth', '', 0, 'refused'],
  ['netrc', 'n', 0, 'refused'],
  ['netrc-file', '', 1, 'refused'],
  ['netrc-optional', '', 0, 'refused'],
  ['config', 'K', 1, 'refused'],
  ['next', ':', 0, 'refused'],
  ['parallel', 'Z', 0, 'refused'],
  ['upload-file', 'T', 1, 'refused'],
  ['head', 'I', 0, 'refused'],
  ['unix-socket', '', 1, 'refused'],
  ['abstract-unix-socket', '', 1, 'refused'],
  ['resolve', '', 1, 'refused'],
  ['connect-to', '', 1, 'refused'],
  ['request-target', '', 1, 'refused'],
  ['socks4', '', 1, 'refused'],
  ['socks4a', '', 1, 'refused'],
  ['socks5', '', 1, 'refused'],
  ['socks5-hostname', '', 1, 'refused'],
  ['preproxy', '', 1, 'refused'],
  ['pinnedpubkey', '', 1, 'refused'],
  ['variable', '', 1, 'refused'],
  ['range', 'r', 1, 'refused'],
  ['continue-at', 'C', 1, 'refused'],
  ['time-cond', 'z', 1, 'refused'],
  ['quote', 'Q', 1, 'refused'],
  ['telnet-option', 't', 1, 'refused'],
  ['help', 'h', 0, 'refused'],
  ['version', 'V', 0, 'refused'],
  ['manual', 'M', 0, 'refused'],
] as const satisfies readonly (readonly [string, string, 0 | 1, Treatment])[];

/** The long name of an option of curl. */
export type OptionName = (typeof rows)[number][0];

/** The options that become part of the step. */
export type ReadOption = Extract<
  (typeof rows)[number],
  readonly [string, string, 0 | 1, 'read']
>[0];

/** The options that are left out with a note. */
export type DroppedOption = Extract<
  (typeof rows)[number],
  readonly [string, string, 0 | 1, 'dropped']
>[0];

/** An option of curl. */
export interface Option {
  readonly name: OptionName;
  readonly takesValue: boolean;
  readonly treatment: Treatment;
}

const options: readonly (Option & { readonly letter: string })[] = rows.map(
  ([name, letter, values, treatment]) => ({ name, letter, takesValue: values === 1, treatment }),
);

/**
 * Finds an option by its long name, as curl does: a unique beginning is enough, and `no-` before a switch turns
 * it off.
 */
export function findLongOption(name: string): Option | undefined {
  const exact = options.find((option) => option.name === name);
  if (exact !== undefined) return exact;
  if (name.startsWith('no-')) return findSwitch(name.slice(3));
  const started = options.filter((option) => name.length > 2 && option.name.startsWith(name));
  return started.length === 1 ? started[0] : undefined;
}

/** A switch that is turned off changes nothing. */
function findSwitch(name: string): Option | undefined {
  const option = options.find((one) => one.name === name && !one.takesValue);
  return option === undefined ? undefined : { ...option, treatment: 'ignored' };
}

/** Finds an option by its letter. */
export function findShortOption(letter: string): Option | undefined {
  return options.find((option) => option.letter !== '' && option.letter === letter);
}

/** How a person writes an option: by its letter if it has one. */
export function writeOption(name: OptionName): string {
  const letter = options.find((option) => option.name === name)?.letter ?? '';
  return letter === '' ? `--${name}` : `-${letter}`;
}

export function isDropped(name: OptionName): name is DroppedOption {
  return options.some((option) => option.name === name && option.treatment === 'dropped');
}
