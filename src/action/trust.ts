import type { Log } from '../log/log.ts';
import { sayTlsStaysVerified, sayTrustChanged } from '../wording/progress.ts';

/** The variables that make Node trust other certificates than its own. */
const trustVariables = [
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** The options of Node that do the same. Node takes `_` for `-` in them. */
const trustOption = /(^|\s|")--use[-_](system|openssl)[-_]ca\b/;

/**
 * Lists what an earlier step, or the runner, has set to change which certificates TLS trusts.
 *
 * @param env of this process: it is what Node goes by
 */
export function tellTrust(env: NodeJS.ProcessEnv, log: Log): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== undefined) log.say(sayTlsStaysVerified());
  const changing = trustVariables.filter((name) => (env[name] ?? '') !== '');
  if (trustOption.test(env['NODE_OPTIONS'] ?? '')) changing.push('NODE_OPTIONS');
  if (changing.length > 0) log.say(sayTrustChanged(changing));
}
