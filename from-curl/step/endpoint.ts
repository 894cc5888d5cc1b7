import { listFlags, readQuery } from '../curl/data.ts';
import { type CurlRequest, saysJson } from '../curl/request.ts';
import { keepByName, keepId, keepPlain, keepSecret, parameterPlace } from '../secrets/keep.ts';
import { markPlaceholders } from '../secrets/placeholders.ts';
import { isUuid, looksRandom } from '../secrets/sensitivity.ts';
import { hasMark, type Slots } from '../secrets/slots.ts';
import type { Step } from './step.ts';

/** Sets the inputs that say where the request goes and how it is written. */
export function setEndpoint(step: Step, request: CurlRequest): void {
  const { address, method } = request;
  const url = keepAddress(step.slots, address.base);
  const query = keepQuery(step, request);
  step.set('token-url', `${url}${query}`);
  if (address.isCompleted) step.note({ code: 'added-https' });
  if (url.startsWith('http://') && !/^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/.test(url)) {
    step.set('allow-http', 'true');
    step.note({ code: 'added-allow-http' });
  }
  if (method !== 'POST') step.set('request-method', method);
  setFormat(step, request);
}

function setFormat(step: Step, request: CurlRequest): void {
  const { method, body, query } = request;
  if (body.format === 'json' || body.format === 'multipart') step.set('body-format', body.format);
  if (body.format === 'json' && !saysJson(request)) step.note({ code: 'added-json' });
  if (body.format === 'form' && saysJson(request)) step.note({ code: 'dropped-content-type' });
  // GET already means the query.
  const isBare = body.format === 'none' && method !== 'GET';
  if (isBare && (query.length > 0 || saysJson(request))) step.set('body-format', 'query');
}

/** The address, without possible secrets in its path. */
function keepAddress(slots: Slots, base: string): string {
  const [, host = '', path = ''] = /^((?:https?:\/\/)?[^/]*)([^]*)$/.exec(base) ?? [];
  const place = { field: 'token_url_part', what: 'a part of the address' };
  const segments = path.split('/').map((segment) => {
    if (isUuid(segment)) return keepId(slots, tenantPlace, segment);
    return looksRandom(segment) && !hasMark(segment)
      ? keepSecret(slots, place, segment)
      : keepPlain(slots, place, segment);
  });
  return `${keepPlain(slots, place, host)}${segments.join('/')}`;
}

const tenantPlace = { field: 'tenant_id', what: 'the id in the path of the address' };

/**
 * The query. It stays as it is written if nothing in it is secret. Without a body, its pairs are the parameters of the
 * request, and only names without a value stay.
 */
function keepQuery(step: Step, { address, body }: CurlRequest): string {
  const query = address.query ?? '';
  const flags = listFlags(query);
  const parts = query.split('&').flatMap((part) => {
    if (flags.includes(part)) return [part];
    if (body.format === 'none') return [];
    const [pair] = readQuery(part, step.slots);
    if (pair === undefined) return [];
    const [name, value] = pair;
    const kept = keepByName(step.slots, parameterPlace(name), value);
    const isWritten = markPlaceholders(value, step.slots) === kept && !hasMark(kept);
    if (isWritten) return part;
    step.note({ code: 'encoded-query' });
    return `${encodeURIComponent(name)}=${kept}`;
  });
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
