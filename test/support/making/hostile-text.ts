/** Texts from outside that try to be commands of the runner, and the check that a run is harmless. */
import fc from './fast-check.ts';

export const secret = 'the-secret-of-the-client';

/** The commands that the action prints itself. */
export const own = ['add-mask', 'group', 'endgroup', 'warning', 'error'];

/** Texts that a runner or a terminal could obey, and characters that could hide them from a check. */
export const pieces = [
  '##[set-output name=token;]x',
  '##[add-mask]',
  '##[',
  '#',
  '[',
  ']',
  '::set-output name=token::x',
  '::stop-commands::x',
  '::set-env name=PATH::/evil',
  '::add-mask::e',
  '::save-state name=a::b',
  '::error::',
  '::',
  ':',
  ...['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f', '\0', '\b'],
  ...['\x1b[31m', '\x1b]8;;', '\x9b', '\u202e', '\u2066', '\u200b', '\u200d', '\ufeff', '\u00ad'],
  ...['\ud83d', '\udc69', '\u{e0041}', '%0A', '%0D', '%3A', '%25', '%'],
  ...[' ', '\t', '"', '\\', '/', '?', '@', '=', '&', '<', 'x', 'é', '***', secret],
] as const;

export const hostile = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
  .map((some) => some.join(''));

/** Characters that could turn a line into something other than text. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

export const value = fc.oneof(
  hostile,
  fc.array(hostile, { maxLength: 3 }),
  fc.dictionary(hostile, hostile, { maxKeys: 2 }),
  fc.constantFrom(
    3600,
    null,
    true,
    'Bearer',
    'read',
    'invalid_client',
    'use_dpop_proof',
    'a-token',
  ),
);
