import { decodeBase64Text, encodeBase64Text } from '../formats/base64.ts';
import { markDelimited, markPlaceholders } from '../secrets/placeholders.ts';
import { hasMark, readLiteralParts, type Slots } from '../secrets/slots.ts';
import { splitName } from '../secrets/words.ts';
import type { Step } from './step.ts';
import { keepId, keepSecret } from '../secrets/keep.ts';

/** What a command says about HTTP Basic authentication (RFC 7617). */
type Credentials =
  | { readonly kind: 'pair'; readonly id: string; readonly secret: string }
  /** The complete value of the header, if it cannot be decoded. */
  | { readonly kind: 'ready'; readonly value: string };

/** Sets the inputs for `-u` and for the user information of a URL. */
export function setUser(step: Step, user: string): void {
  const marked = markPlaceholders(user, step.slots);
  const split = marked.indexOf(':');
  if (split >= 0) {
    setCredentials(step, splitPair(marked, split));
    return;
  }
  if (isPairByName(step.slots, marked)) {
    step.note({ code: 'basic-placeholder' });
    setCredentials(step, { kind: 'pair', id: '', secret: '' });
    return;
  }
  // curl would prompt for the password.
  step.note({ code: 'prompted-secret' });
  setPair(step, marked, '');
}

/** A variable such as `$CREDENTIALS` holds both. */
function isPairByName(slots: Slots, user: string): boolean {
  const slot = slots.getWhole(user);
  if (slot === undefined) return false;
  return !/^(user|username|id|client|clientid|login|name|email|key|token)$/.test(
    splitName(slot.text).at(-1) ?? '',
  );
}

/** Sets the inputs for a complete header `Authorization: Basic`. */
export function setBasicHeader(step: Step, value: string): void {
  setCredentials(step, readValue(step, value));
}

function readValue(step: Step, value: string): Credentials {
  const { slots } = step;
  const marked = markPlaceholders(value, slots);
  const slot = slots.getWhole(marked);
  if (slot?.origin === 'command') return readCommand(step, slot.text);
  const split = marked.indexOf(':');
  if (split > 0 && hasMark(marked)) return splitPair(marked, split);
  if (hasMark(marked) || /[()\s]|base64/i.test(value)) {
    step.note({ code: 'basic-placeholder' });
    return { kind: 'pair', id: '', secret: '' };
  }
  const decoded = decodeBase64Text(value);
  const colon = decoded?.indexOf(':') ?? -1;
  if (decoded === undefined || colon < 0) return { kind: 'ready', value };
  step.slots.hide(value);
  step.note({ code: 'decoded-basic' });
  return splitPair(decoded, colon);
}

/** Reads `echo -n id:secret | base64` and similar commands. Nothing of it is run. */
function readCommand(step: Step, command: string): Credentials {
  const found =
    /%s:%s\S*\s+["']?([^\s"']+)["']?\s+["']?([^\s"'|]+)/.exec(command) ??
    /["']([^"'\s:]+):([^"'\s]+)["']/.exec(command) ??
    /\s([^"'\s:|]+):([^"'\s|]+)/.exec(command);
  if (found === null) {
    step.note({ code: 'basic-placeholder' });
    return { kind: 'pair', id: '', secret: '' };
  }
  const read = (text = ''): string => markDelimited(text.replace(/^:/, ''), step.slots);
  return { kind: 'pair', id: read(found[1]), secret: read(found[2]) };
}

function splitPair(text: string, colon: number): Credentials {
  const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  if (id !== '' && secret !== '') return { kind: 'pair', id, secret };
  return { kind: 'ready', value: text };
}

function setCredentials(step: Step, credentials: Credentials): void {
  if (credentials.kind === 'pair') {
    setPair(step, credentials.id, credentials.secret);
    return;
  }
  setReady(step, credentials.value);
}

const idPlace = { field: 'client_id', what: 'the part before the colon, the id of the client' };
const secretPlace = { field: 'client_secret', what: 'the part behind the colon, its secret' };

function setPair(step: Step, id: string, secret: string): void {
  const { slots } = step;
  step.set('client-id', keepId(slots, idPlace, id));
  step.set('client-secret', keepSecret(slots, secretPlace, secret));
  if (encodesAsItIs(id) && encodesAsItIs(secret)) return;
  step.set('client-secret-encoding', 'raw');
  step.note({ code: 'raw-encoding' });
}

/** Whether the form encoding of RFC 6749 section 2.3.1 leaves a text as it is. For a slot this is not known. */
function encodesAsItIs(text: string): boolean {
  return /^[\w.*-]+$/.test(text);
}

/** The command has only an id or only a secret. The action has no Basic authentication with an empty part. */
function setReady(step: Step, text: string): void {
  const { slots } = step;
  const isPair = text.startsWith(':') || text.endsWith(':');
  if (!isPair) step.note({ code: 'basic-ready' });
  else step.note({ code: text.endsWith(':') ? 'empty-secret' : 'empty-id' });
  const isLiteral = readLiteralParts(text) === text;
  if (isPair && isLiteral) slots.hide(text.replace(/^:|:$/g, ''));
  const value = isPair && isLiteral ? encodeBase64Text(text) : text;
  const place = {
    field: 'basic_credentials',
    what: 'the base64 value behind Authorization: Basic',
  };
  const kept = isLiteral ? keepSecret(slots, place, value) : keepSecret(slots, place, '');
  step.addHeader('Authorization', `Basic ${kept}`);
}
