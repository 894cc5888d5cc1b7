import { judge } from '../secrets/sensitivity.ts';
import type { Slot, Slots } from '../secrets/slots.ts';
import { markPlaceholders } from '../secrets/placeholders.ts';
import { squeezeName } from '../secrets/words.ts';
import type { Step } from './step.ts';

/** Names that people give to GitHub's ID token. */
const usualName = /^(github|gh|actions|ci|my|your)?(idtoken|oidctoken|oidcjwt|oidcidtoken)$/;

/** Names that only GitHub's ID token can have. */
const certainName =
  /^(github|gh|actions|ci)(idtoken|oidctoken|oidcjwt|oidcidtoken)$|^oidc(token|jwt|idtoken)$/;

/**
 * Decides whether a value is the ID token that GitHub gives to a job.
 *
 * @param certainty `usual` if an ID token is expected, so that its usual names are enough
 */
export function isIdToken(slots: Slots, value: string, certainty: 'usual' | 'certain'): boolean {
  const slot = slots.getWhole(markPlaceholders(value, slots));
  if (slot === undefined) return false;
  if (fetchesIdToken(slot)) return true;
  if (slot.origin === 'command' || slot.origin === 'file') return false;
  const name = squeezeName(slot.text.split('.').at(-1) ?? '');
  return (certainty === 'usual' ? usualName : certainName).test(name);
}

function fetchesIdToken({ origin, text }: Slot): boolean {
  return origin === 'command' && text.includes('ACTIONS_ID_TOKEN_REQUEST');
}

/** Sets the input `id-token-as`, and the audience that the command requests for the token. */
export function setIdToken(
  step: Step,
  role: 'client_assertion' | 'assertion' | 'subject_token' | 'bearer' | 'parameter',
  value: string,
): void {
  step.set('id-token-as', role);
  step.note({ code: 'id-token' });
  const slot = step.slots.getWhole(markPlaceholders(value, step.slots));
  const audience = /[?&]audience=([^"'&\s)]+)/.exec(slot?.text ?? '')?.[1];
  if (audience === undefined || slot === undefined || !fetchesIdToken(slot)) {
    step.note({ code: 'id-token-audience' });
    return;
  }
  const decoded = decode(audience);
  const isKnown = /^[\w:/.@-]+$/.test(decoded) && judge('audience', decoded) === 'plain';
  if (isKnown) step.set('id-token-audience', decoded);
  else step.note({ code: 'id-token-audience' });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
