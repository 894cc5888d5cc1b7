import type { HttpResponse } from '../../http/request.ts';
import { readMarkup, takeMarkup } from './markup.ts';

/** What a page is that came in place of an answer. */
export type PageKind =
  /** A firewall or bot protection between this runner and the server answered. */
  | 'firewall'
  /** A page on which a person would log in. */
  | 'login'
  | 'maintenance'
  /** Any other page for people. */
  | 'page';

/** How much of a page is looked at, characters. */
const looked = 64 * 1024;

/** How much of its text is looked at after the title, characters: further down a page names many things. */
const firstWords = 400;

const blocked =
  /just a moment|attention required|checking your browser|(verify|verifying) (that )?you are (a )?human|human verification|are you (a )?(human|robot)|captcha|access (to .{0,40})?(is |was |has been )?(denied|blocked)|(request|requested url|page|connection|you) (is |was |has been |have been |were )?(blocked|rejected|denied)\b|blocked by|web application firewall|\bwaf\b|incapsula|imperva|pardon our interruption|sucuri|ddos|security (checkpoint|service|policy|check)|bot (protection|detection|manager)|unusual traffic|zscaler|fortiguard/i;

const maintenance =
  /maintenance|\bdown for\b|be (right back|back (soon|shortly|later|online))|(site|system|page|application|portal) (is )?(temporarily )?(down|offline|unavailable)|wartung|wartungsarbeiten|mantenimiento|out of service/i;

/** Not the name of a host, such as login.example.com. */
const login =
  /(?<![\w.-])(log ?-?in|sign ?-?in|log ?-?on|sign ?-?on|anmelden|anmeldung|connexion|iniciar sesi.n)(?![\w-]|\.\w)/i;

/** Headers of firewalls that ask for a proof or block; their value says so in most of them. */
const firewallHeaders: readonly (readonly [name: string, value: RegExp])[] = [
  ['cf-mitigated', /./],
  ['x-amzn-waf-action', /./],
  ['x-vercel-mitigated', /./],
  ['x-sucuri-block', /./],
  ['x-squid-error', /ACCESS_DENIED/],
];

/** How servers call themselves that answer for another only where they do not let a request through. */
const edges = /^(awselb|AkamaiGHost|CloudFront|DataDome|Microsoft-Azure-Application-Gateway)\b/i;

/** What the text or the JSON of a firewall has: Cloudflare's numbers from 1000 on (1015 is a rate limit), DataDome's address, and words of its own. */
const blockedText =
  /^\s*error code: 10(?!15)\d\d\s*$|"cloudflare_error"\s*:\s*true|captcha-delivery\.com|blocked by (our|the|a|an) (security|web application firewall|firewall|waf|bot)|incapsula incident/i;

/**
 * Says what answered in place of the token endpoint, if something did.
 *
 * @returns undefined for an answer that is not HTML and not that of a firewall
 */
export function recognizePage(response: HttpResponse, text: string): PageKind | undefined {
  const { status, headers } = response;
  const isHtml = isPage(text, headers['content-type'] ?? '');
  if (firewallHeaders.some(([name, value]) => value.test(headers[name] ?? ''))) return 'firewall';
  if (!isHtml) return isBlockedText(response, text) ? 'firewall' : undefined;
  const head = text.slice(0, looked);
  const title = takeMarkup(head);
  const words = `${title}\n${readMarkup(head).slice(0, title.length + firstWords)}`;
  // A server that wants credentials says how (RFC 9110 section 11.6.1).
  const isChallenge = status === 401 && headers['www-authenticate'] !== undefined;
  if (blocked.test(words) && !isChallenge && !isServerDown(response)) return 'firewall';
  if (maintenance.test(words)) return 'maintenance';
  if (status < 500 && (takesPassword(head) || login.test(title))) return 'login';
  const isRefusal = [403, 406, 429].includes(status) || (status === 401 && !isChallenge);
  return isRefusal ? 'firewall' : 'page';
}

/** Whether a body is HTML, by its content type or by how it begins. */
function isPage(text: string, contentType: string): boolean {
  const start = text
    .slice(0, looked)
    .replace(/^(\s|<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->)+/is, '');
  return (
    /^<(!doctype\s+html|html|head|body)\b/i.test(start) ||
    (/\bx?html\b/i.test(contentType) && start.startsWith('<'))
  );
}

function isBlockedText({ status, headers }: HttpResponse, text: string): boolean {
  if (![403, 405, 406, 429].includes(status)) return false;
  const isEdge = status === 403 && text.trim() === '' && edges.test(headers['server'] ?? '');
  return isEdge || blockedText.test(text.slice(0, looked));
}

/** A gateway that does not reach the server says so with many words. */
function isServerDown({ status, headers }: HttpResponse): boolean {
  return status >= 500 && /cloudflare/i.test(headers['server'] ?? '');
}

/** A form for a person: for a password, or one that goes on to a login elsewhere (SAML). */
function takesPassword(page: string): boolean {
  return /<input\b[^<>]{0,400}(\btype\s*=\s*["']?password\b|\bname\s*=\s*["']?SAMLRequest\b)/i.test(
    page,
  );
}
