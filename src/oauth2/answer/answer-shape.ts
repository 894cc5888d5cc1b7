import type { HttpResponse } from '../../http/request.ts';
import { isSuccessStatus } from '../../http/transport-error.ts';
import { readBody } from '../response/body.ts';
import { listFields, suggestTokenPath } from './fields.ts';
import { findErrorCode } from './json-words.ts';
import { type PageKind, recognizePage } from './pages.ts';
import { type AnswerWords, findWords, readFailedBody } from './words.ts';

/** What is known of an answer that did not bring what was requested. All of it is text from outside. */
export interface AnswerShape {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string | undefined;
  /** Of the body, bytes. */
  readonly length: number;
  /** The code of the error that it names. */
  readonly code?: string | undefined;
  /** What it says went wrong, in words. */
  readonly words?: AnswerWords | undefined;
  /** What it is if it is a page for people. */
  readonly page?: PageKind | undefined;
  /** The names of its fields. */
  readonly fields?: readonly string[] | undefined;
  /** Where a success probably has the access token, as a path of response-fields. */
  readonly tokenPath?: string | undefined;
}

/** Says what a failed answer was like. */
export function shapeOf(response: HttpResponse): AnswerShape {
  const { status, statusText, headers, body } = response;
  const read = readFailedBody(response);
  return {
    status,
    statusText,
    contentType: headers['content-type'],
    length: body.length,
    code: findErrorCode(read.value, { isSuccess: isSuccessStatus(status) }),
    words: findWords(response, read),
    page: recognizePage(response, read.text),
    fields: listFields(read.value),
    tokenPath: isSuccessStatus(status) ? findTokenPath(body, read.value) : undefined,
  };
}

/** A field that is called like a token, or the whole body where that is one line of text without white space, long enough for one. */
function findTokenPath(body: Buffer, value: unknown): string | undefined {
  const bare = readBody(body, { access_token: '.' });
  const isBare = typeof bare === 'string' && /^[\x21-\x7e]{8,}$/.test(bare);
  return isBare ? '.' : suggestTokenPath(value);
}
