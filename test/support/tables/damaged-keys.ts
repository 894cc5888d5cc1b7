import fc from '../making/fast-check.ts';

import { base64 } from './key-mistakes.ts';
import { findSample, type SampleKey } from '../making/signing-keys.ts';

/** One of the samples' forms, by their names, so that a counterexample is short. */
interface KeyForm {
  readonly keyType: string;
  readonly form: string;
}

/** A form in which one piece is replaced by another. */
interface Damage {
  readonly ofForm: KeyForm;
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

/** What somebody may give as a key. */
type AnyInput =
  { readonly text: string } | { readonly damaged: Damage } | { readonly encoded: KeyForm };

/** Any type of key among the samples. */
export function anyKeyType(samples: readonly SampleKey[]): fc.Arbitrary<string> {
  return fc.constantFrom(...samples.map(({ keyType }) => keyType));
}

function anyForm(samples: readonly SampleKey[]): fc.Arbitrary<KeyForm> {
  return anyKeyType(samples).chain((keyType) => {
    const form = fc.constantFrom(...Object.keys(findSample(samples, keyType).forms));
    return fc.record({ keyType: fc.constant(keyType), form });
  });
}

/** Any damage to any form of a sample; {@link damageKey} does it. */
export function anyDamage(samples: readonly SampleKey[]): fc.Arbitrary<Damage> {
  return fc.record({
    ofForm: anyForm(samples),
    at: fc.nat(),
    length: fc.nat({ max: 200 }),
    piece: fc.string({ maxLength: 6 }),
  });
}

/** Writes a form of a sample with its damage. */
export function damageKey(
  samples: readonly SampleKey[],
  { ofForm, at, length, piece }: Damage,
): string {
  const text = textOf(samples, ofForm);
  const start = at % text.length;
  return text.slice(0, start) + piece + text.slice(start + length);
}

function textOf(samples: readonly SampleKey[], { keyType, form }: KeyForm): string {
  return findSample(samples, keyType).forms[form] ?? '';
}

/** Any text, JSON, damaged key, or base64 of a key; {@link writeInput} writes it. */
export function anyInput(samples: readonly SampleKey[]): fc.Arbitrary<AnyInput> {
  return fc.oneof(
    fc.record({ text: fc.oneof(fc.string(), fc.json()) }),
    fc.record({ damaged: anyDamage(samples) }),
    fc.record({ encoded: anyForm(samples) }),
  );
}

/** Writes what {@link anyInput} chose. */
export function writeInput(samples: readonly SampleKey[], input: AnyInput): string {
  if ('text' in input) return input.text;
  return 'damaged' in input
    ? damageKey(samples, input.damaged)
    : base64(textOf(samples, input.encoded));
}

/** Text around a PEM that says nothing about a key. */
export const anyTextAround = fc.stringMatching(/^(?:[a-z]{1,9}[ :]{1,2}){0,4}\n$/);
