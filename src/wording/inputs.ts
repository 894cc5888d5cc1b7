import { IdTokenError } from '../id-token/id-token-error.ts';
import type { InputError } from '../inputs/input-error.ts';
import type { EmptySecret } from '../inputs/reader.ts';
import type { Annotation } from '../log/log.ts';
import { joinTexts, renderText, text, type Text } from '../log/text.ts';

/** Everything that is wrong with the inputs, in one annotation. */
export function explainInputs({ problems, emptySecret }: InputError): Annotation {
  // The empty secret comes last, because what it says is a paragraph.
  const sorted = problems.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const all = emptySecret === undefined ? sorted : [...sorted, sayEmptySecret(emptySecret)];
  const list = joinTexts(all, '; ');
  return {
    title: 'inputs',
    message: all.length === 1 ? list : text`${countInputs(all)}: ${list}`,
  };
}

/**
 * Some inputs are not those of this action, and may have been meant as one.
 *
 * @param unknown what each may have meant, one or more
 */
export function warnUnknownInputs(unknown: readonly Text[]): Annotation {
  return {
    title: 'unknown input',
    message: text`${joinTexts(unknown, '; ')} It was not used. If it is a variable of the job or of a composite action (INPUT_...), nothing has to change.`,
  };
}

/** Adds to an error which inputs are not those of this action: one of them may be the reason. */
export function mentionUnknownInputs(
  { title, message }: Annotation,
  unknown: readonly Text[],
): Annotation {
  if (unknown.length === 0) return { title, message };
  return { title, message: text`${message} (${joinTexts(unknown, '; ')})` };
}

/** Several problems may be of one input. */
function countInputs(problems: readonly Text[]): Text {
  const names = new Set(problems.map((problem) => nameOf(problem).split(/[: ]/)[0]));
  return names.size === 1
    ? text`1 input needs attention`
    : text`${names.size} inputs need attention`;
}

/** A problem begins with the name of its input. */
function nameOf(problem: Text): string {
  return renderText(problem, (all) => all);
}

function sayEmptySecret({ name, cause }: EmptySecret): Text {
  switch (cause) {
    case 'fork':
      return text`${name} is empty: this run is for a pull request from a fork, and GitHub gives such runs no secrets. To skip the job there, give it  if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository`;
    case 'dependabot':
      return text`${name} is empty: Dependabot started this run, and it sees only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), or give the job  if: github.actor != 'dependabot[bot]'`;
    case 'unset':
      return text`${name} is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.`;
  }
}

/** The job has no credentials, and the step was to end without a token then. */
export function noteNoCredentials(error: InputError | IdTokenError): Annotation {
  const why =
    error instanceof IdTokenError || error.emptySecret === undefined
      ? text`this job has no permission to request GitHub's OIDC token`
      : sayWhyEmpty(error.emptySecret);
  return {
    title: 'no credentials',
    message: text`No token: ${why}. The step ends without one (if-no-credentials: skip), and its outputs are empty.`,
  };
}

function sayWhyEmpty({ name, cause }: EmptySecret): Text {
  switch (cause) {
    case 'fork':
      return text`${name} is empty, because this run is for a pull request from a fork`;
    case 'dependabot':
      return text`${name} is empty, because Dependabot started this run and sees only its own secrets`;
    case 'unset':
      return text`${name} is empty (a secret that does not exist reads as empty)`;
  }
}
