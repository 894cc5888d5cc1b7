import { type CurlRequest, saysJson } from '../curl/request.ts';
import { keepByName, keepPlain, keepSecret, showName } from '../secrets/keep.ts';
import { isRequestId, looksRandom } from '../secrets/sensitivity.ts';
import type { Step } from './step.ts';

/** Headers of the connection, of browsers and of API clients, which a step does not need. */
const needless =
  /^(host|content-length|transfer-encoding|connection|proxy-.*|expect|postman-token|te|upgrade)$/;

/** Sets the input `headers`. Headers of authentication are already in it. */
export function setHeaders(step: Step, request: CurlRequest): void {
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    if (lower === 'authorization') continue;
    if (needless.test(lower) || isCompression(lower, value))
      step.note({ code: 'dropped-header', header: lower });
    else if (!isUsual(lower, value, request)) step.addHeader(name, keepHeader(step, name, value));
  }
}

/** The compressions of HTTP. Another encoding, such as base64, changes the token. */
function isCompression(name: string, value: string): boolean {
  const coding = /^\s*(?:gzip|x-gzip|compress|deflate|br|zstd|identity|\*)?\s*(?:;[^,]*)?$/i;
  return name === 'accept-encoding' && value.split(',').every((one) => coding.test(one));
}

/** Headers that the action sends itself. */
function isUsual(name: string, value: string, request: CurlRequest): boolean {
  if (name === 'accept') return /^(application\/json|\*\/\*)$/i.test(value.trim());
  if (name !== 'content-type') return false;
  const { body, contentType = '' } = request;
  switch (body.format) {
    case 'form':
      return saysJson(request) || contentType === 'application/x-www-form-urlencoded';
    case 'json':
      return contentType === 'application/json' || !saysJson(request);
    case 'multipart':
      return true;
    case 'none':
      return !saysJson(request);
  }
}

function keepHeader(step: Step, name: string, value: string): string {
  const place = { field: name, what: `the value of the header ${showName(name)}` };
  if (isRequestId(name)) {
    step.note({ code: 'request-id', header: name });
    return keepPlain(step.slots, place, value);
  }
  if (described.test(name)) {
    const keep = looksDescriptive(value) ? keepPlain : keepSecret;
    return keep(step.slots, place, value);
  }
  return keepByName(step.slots, place, value);
}

/** Headers that describe the content and the client. */
const described =
  /^(accept|accept-language|cache-control|content-type|pragma|user-agent|x-requested-with)$/i;

/** A media type, a product, a directive, as in these headers: no digit comes before a letter. */
function looksDescriptive(value: string): boolean {
  const isWords = /^[\w*/.+;=, ()-]{1,120}$/.test(value) && !/\d[A-Za-z]/.test(value);
  return isWords && !looksRandom(value.replace(/[;=,()]/g, ' '));
}
