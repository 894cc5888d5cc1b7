import { isSuccessStatus } from '../../http/transport-error.ts';
import { text } from '../../log/text.ts';
import type { AnswerShape } from '../../oauth2/answer/answer-shape.ts';
import type { PageKind } from '../../oauth2/answer/pages.ts';
import { nameStatus, nameUrlInput } from '../names.ts';
import { quoteWords } from '../words.ts';
import type { Explanation, Refusal } from './refusal.ts';

/** The pages that say by themselves what they are; any other one is told by its status. */
export type TellingPage = Exclude<PageKind, 'page'>;

/** Whether an answer is a page that is no refusal of the token endpoint's. */
export function isTelling(page: PageKind | undefined): page is TellingPage {
  return page !== undefined && page !== 'page';
}

/** What to do while a server is under maintenance. */
export const laterAdvice = text`Run the job again later. The provider's status page may say when.`;

/** A page came in place of an answer: something in front of the server answered, or people are to read it. */
export function explainPage(
  page: TellingPage,
  { host, answer, inputs }: Pick<Refusal, 'host' | 'answer' | 'inputs'>,
  wanted: 'a token' | 'metadata',
): Explanation {
  const words = quoteWords(answer);
  const answered = text`${host} answered ${nameStatus(answer.status)}`;
  const withPage = isHtml(answer) ? text` with a page instead of ${wanted}` : text``;
  switch (page) {
    case 'firewall':
      return {
        title: 'blocked by a firewall',
        message: text`${answered}${withPage}${words}. A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check ${nameUrlInput(inputs)}. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.`,
      };
    case 'login':
      return {
        title: 'a page, not a token',
        message: text`${answered} with a login page instead of ${wanted}${words}. Check that ${nameUrlInput(inputs)} is not the address of a web page. A gateway with its own login may be in front of the server.`,
      };
    case 'maintenance':
      return {
        title: 'maintenance',
        message: text`${answered} with a maintenance page instead of ${wanted}${words}. ${laterAdvice}`,
      };
  }
}

/** Some firewalls answer with text, with JSON or with nothing. */
function isHtml({ status, contentType = '', words, length }: AnswerShape): boolean {
  const isUnread = isSuccessStatus(status) && length > 0;
  return words?.form === 'markup' || isUnread || /html/i.test(contentType);
}
