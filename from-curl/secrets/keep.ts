import { markPlaceholders } from './placeholders.ts';
import { namesSecret, judge, looksRandom, type Sensitivity } from './sensitivity.ts';
import { listMarks, readLiteralParts, type Slot, type Slots } from './slots.ts';
import { splitName } from './words.ts';

/** Where a value is in the command. */
export interface Place {
  /** The name of the parameter, the header, the field. */
  readonly field: string;
  /** How the reader finds it, such as `the value of client_id`. */
  readonly what: string;
}

/** The place of a parameter. */
export function parameterPlace(field: string): Place {
  return { field, what: `the value of ${showName(field)}` };
}

/** A name that may be shown. A name that looks like a key could be a key. */
export function showName(name: string): string {
  return /^[\w.[\]-]{1,40}$/.test(name) && !looksRandom(name) ? name : 'a parameter';
}

/**
 * Keeps a secret out of the step.
 *
 * @returns a text with slots instead of it
 */
export function keepSecret(slots: Slots, place: Place, value: string): string {
  const marked = markPlaceholders(value, slots);
  const isBare = readLiteralParts(marked) === '' && marked !== '';
  return use(slots, place, isBare ? marked : takeOut(slots, value), 'secret');
}

/** Keeps an id out of the step, but not the text around its placeholders. */
export function keepId(slots: Slots, place: Place, value: string): string {
  const marked = markPlaceholders(value, slots);
  const literal = readLiteralParts(marked);
  const isMixed = literal !== marked && !looksRandom(literal);
  return use(slots, place, isMixed ? marked : takeOut(slots, value), 'id');
}

/** Keeps only the placeholders of a harmless value out of the step. */
export function keepPlain(slots: Slots, place: Place, value: string): string {
  return use(slots, place, markPlaceholders(value, slots), 'plain');
}

/** Keeps what could be a secret, by the name of its place and by how it looks. */
export function keepByName(slots: Slots, place: Place, value: string): string {
  switch (judgeMarked(slots, place, value)) {
    case 'secret':
      return keepSecret(slots, place, value);
    case 'id':
      return keepId(slots, place, value);
    case 'plain':
      return keepPlain(slots, place, value);
  }
}

function judgeMarked(slots: Slots, place: Place, value: string): Sensitivity {
  const marked = markPlaceholders(value, slots);
  const literal = readLiteralParts(marked);
  // A placeholder is judged only by the name of its place, because its value is not known.
  return judge(place.field, literal === '' && marked !== '' ? unknownValue : literal);
}

/** A value that only the name of its place can make harmless. */
const unknownValue = 'unknown value';

/** A slot for a literal value. An empty value must be filled in. */
function takeOut(slots: Slots, value: string): string {
  return value === '' ? slots.add('placeholder', '') : slots.add('literal', value);
}

function use(slots: Slots, place: Place, marked: string, sensitivity: Sensitivity): string {
  for (const mark of listMarks(marked)) {
    const slot = slots.get(mark);
    if (slot === undefined) continue;
    const isSecret = sensitivity === 'secret' || (sensitivity === 'plain' && isSecretByHint(slot));
    slot.uses.push({ name: nameField(place.field), isSecret, what: place.what });
  }
  return marked;
}

/** In a value that may be shown, a placeholder can still name a secret. */
function isSecretByHint({ origin, text }: Slot): boolean {
  if (origin === 'command' || origin === 'file') return true;
  return origin === 'expression' ? text.startsWith('secrets.') : namesSecret(text);
}

/** A name for a secret or variable: capital letters, digits and `_` (GitHub accepts no others). */
export function nameField(field: string): string {
  const words = splitName(field);
  const bare = words[0] === 'x' && words.length > 1 ? words.slice(1) : words;
  const name = bare.join('_').toUpperCase();
  return /^[A-Z][A-Z\d_]{0,39}$/.test(name) && !looksRandom(field) ? name : 'VALUE';
}
