import { IdTokenError } from '../id-token/id-token-error.ts';
import type { InputError } from '../inputs/input-error.ts';
import type { EmptySecret } from '../inputs/reader.ts';
import type { Annotation } from '../log/log.ts';
import { joinTexts, renderText, text, type Text } from '../log/text.ts';

/** Everything that is wrong with the inputs, in one annotation. */
export function explainInputs({ problems, emptySecret }: InputError): Annotation {
  // The empty secret comes last, because what it says is a paragraph.
  const sorted = problems.toSorted((one, other) => (render(one) < render(other) ? -1 : 1));
  const all = emptySecret === undefined ? sorted : [...sorted, sayEmptySecret(emptySecret)];
  const list = joinTexts(all.map(endSentence), ' ');
  return {
    title: 'inputs',
    message: all.length === 1 ? list : text`${countInputs(all)}: ${list}`,
  };
}

function endSentence(problem: Text): Text {
  return /[.?!]$/.test(render(problem)) ? problem : text`${problem}.`;
}

/**
 * Some inputs are not those of this action, and may have been meant as one.
 *
 * @param unknown what each may have meant, one or more
 */
export function warnUnknownInputs(unknown: readonly Text[]): Annotation {
  return {
    title: 'unknown input',
    message: text`${joinTexts(unknown, '; ')} It was not used. If it is a variable of the job or of a composite action (INPUT_...), ignore this warning.`,
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
  const names = new Set(problems.map((problem) => render(problem).split(/[: ]/)[0]));
  return names.size === 1
    ? text`1 input needs attention`
    : text`${names.size} inputs need attention`;
}

/** For comparison alone: nothing is hidden in it. A problem begins with the name of its input. */
function render(problem: Text): string {
  return renderText(problem, (all) => all);
}

function sayEmptySecret({ name, cause }: EmptySecret): Text {
  switch (cause) {
    case 'fork':
      return text`${name} is empty. This run is for a pull request from a fork, and GitHub does not give secrets to such runs. Set if-no-credentials: skip, or add \`if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository\` to the job.`;
    case 'dependabot':
      return text`${name} is empty. Dependabot started this run, and such runs get only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), set if-no-credentials: skip, or add \`if: github.actor != 'dependabot[bot]'\` to the job.`;
    case 'unset':
      return text`${name} is empty. A secret that does not exist is empty, so check its name. A secret of an environment requires \`environment:\` on the job, a reusable workflow requires \`secrets: inherit\`, and a secret of an organization must be shared with this repository.`;
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
    message: text`No token: ${why}. The step ended without a token (if-no-credentials: skip). Its outputs are empty.`,
  };
}

function sayWhyEmpty({ name, cause }: EmptySecret): Text {
  switch (cause) {
    case 'fork':
      return text`${name} is empty, because this run is for a pull request from a fork`;
    case 'dependabot':
      return text`${name} is empty, because Dependabot started this run and sees only its own secrets`;
    case 'unset':
      return text`${name} is empty (a secret that does not exist is empty)`;
  }
}
