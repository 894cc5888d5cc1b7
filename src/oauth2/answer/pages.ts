import type { HttpResponse } from '../../http/request.ts';
import { takeMarkup } from './markup.ts';

/** What a page is that came in place of an answer. */
export type PageKind =
  /** A firewall or bot protection in front of the server answered. */
  | 'firewall'
  /** A page on which a person would log in. */
  | 'login'
  | 'maintenance'
  /** Any other page for people. */
  | 'page';

/** How much of a page is looked at, characters. */
const looked = 64 * 1024;

const blocked =
  /just a moment|attention required|checking your browser|(verify|verifying) (that )?you are (a )?human|are you (a )?(human|robot)|captcha|access denied|request (was |has been )?(blocked|rejected|denied)|web application firewall|incapsula|imperva|pardon our interruption|sucuri|ddos|bot (protection|detection|manager)/i;

const maintenance =
  /maintenance|\bdown for\b|be (right )?back (soon|shortly)|temporarily (down|offline|unavailable)|wartung|wartungsarbeiten|mantenimiento|en maintenance|out of service/i;

const login =
  /\b(log ?-?in|sign ?-?in|log ?-?on|sign ?-?on|anmelden|anmeldung|connexion|iniciar sesi.n)\b/i;

/**
 * Says what a page is.
 *
 * @returns undefined where the body is no HTML
 */
export function recognizePage(
  { status, headers }: HttpResponse,
  text: string,
): PageKind | undefined {
  const isHtml =
    /^\s*<(!doctype\s+html|html|head|body)\b/i.test(text) ||
    (/\bx?html\b/i.test(headers['content-type'] ?? '') && /^\s*</.test(text));
  if (!isHtml) return undefined;
  const head = text.slice(0, looked);
  const title = takeMarkup(head);
  // A server that wants credentials says how (RFC 9110 section 11.6.1).
  const isChallenge = status === 401 && headers['www-authenticate'] !== undefined;
  const isBlocked = headers['cf-mitigated'] !== undefined || blocked.test(title);
  const asksPassword = /<input\b[^<>]{0,400}\btype\s*=\s*["']?password\b/i.test(head);
  if (isBlocked && !isChallenge) return 'firewall';
  if (maintenance.test(title)) return 'maintenance';
  if (asksPassword || login.test(title)) return 'login';
  const isRefusal = status === 403 || status === 429 || (status === 401 && !isChallenge);
  return isRefusal ? 'firewall' : 'page';
}
