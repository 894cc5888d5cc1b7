import type { OptionName } from './curl/options.ts';

/** Why a command cannot be converted. Only its place and the names of curl's options come from the command. */
export type RefusalReason =
  | { readonly code: 'nothing-given' | 'no-curl' | 'two-commands' | 'id-token-command' }
  | { readonly code: 'invoke-web-request' }
  | { readonly code: 'too-long'; readonly limit: number }
  | { readonly code: 'control-character' | 'unfinished-substitution'; readonly line: number }
  | { readonly code: 'unfinished-quote'; readonly line: number; readonly quote: string }
  | { readonly code: 'unfinished-here-document'; readonly line: number }
  | { readonly code: 'too-many-placeholders' | 'no-url' | 'not-http' | 'unreadable-url' }
  | { readonly code: 'unknown-option' | 'stray-word'; readonly word: number }
  | { readonly code: 'missing-value' | 'unsupported-option'; readonly option: OptionName }
  | { readonly code: 'file-body' | 'standard-input' | 'file-part' | 'header-file' }
  | { readonly code: 'unreadable-header' | 'unreadable-data' | 'unreadable-json' | 'mixed-body' }
  | { readonly code: 'json-not-object' | 'other-body' | 'xml-body' | 'body-with-get' }
  | { readonly code: 'unsupported-method' }
  | { readonly code: 'signed-request' | 'challenge-authentication' }
  | { readonly code: 'browser-login'; readonly grant: 'authorization_code' | 'device_code' }
  | { readonly code: 'expression' }
  | { readonly code: 'refused-by-action'; readonly problem: string };

/** A command that cannot be read, or for which the action has no inputs. */
export class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(reason.code);
    this.name = 'Refusal';
    this.reason = reason;
  }

  get code(): RefusalReason['code'] {
    return this.reason.code;
  }
}
