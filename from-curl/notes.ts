import type { DroppedOption } from './curl/options.ts';

/** What a reader must know about the step. Nothing in it is a value of the command. */
export type Note =
  | { readonly code: 'dropped-option'; readonly option: DroppedOption }
  | { readonly code: 'dropped-header'; readonly header: string }
  | { readonly code: 'dropped-user' | 'dropped-cookies' | 'dropped-content-type' }
  | { readonly code: 'dropped-filter' | 'added-https' | 'added-allow-http' }
  | { readonly code: 'decoded-basic' | 'basic-placeholder' | 'basic-ready' | 'prompted-secret' }
  | { readonly code: 'empty-secret' | 'empty-id' }
  | { readonly code: 'raw-encoding' | 'no-grant' | 'encoded-query' | 'json-quotes' }
  | { readonly code: 'client-assertion' | 'assertion' | 'secret-jwt' | 'bearer-jwt' }
  | { readonly code: 'added-client-id' | 'added-refresh-token' | 'added-json' }
  | { readonly code: 'id-token' | 'id-token-audience' | 'subject-token' }
  | { readonly code: 'certificate' | 'certificate-alone' | 'pkcs12' | 'key-password' }
  | { readonly code: 'request-id'; readonly header: string }
  | { readonly code: 'response-fields' | 'no-response' | 'no-token-field' | 'no-expiry' }
  | { readonly code: 'unreadable-response' | 'milliseconds' | 'unknown-unit' };
