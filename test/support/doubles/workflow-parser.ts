/** The parser that GitHub itself uses for workflows and for action.yml. */
import { registerHooks } from 'node:module';

import type { Source } from '../making/examples.ts';

// The package imports JSON without saying so, which node refuses.
const hooks = registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
  await import('@actions/workflow-parser');
const { parseAction } = await import('@actions/workflow-parser/actions/action-parser');
hooks.deregister();

const trace = new NoOperationTraceWriter();

/**
 * Gives what is wrong with a workflow, each complaint with its place: structure, names of events, expressions.
 *
 * @see https://github.com/actions/languageservices/tree/main/workflow-parser
 */
export async function complainOfWorkflow({ name, yaml }: Source): Promise<string[]> {
  const { context, value } = parseWorkflow({ name, content: yaml }, trace);
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return listMessages(context);
}

/** Gives what is wrong with an action.yml. */
export function complainOfAction({ name, yaml }: Source): string[] {
  return listMessages(parseAction({ name, content: yaml }, trace).context);
}

function listMessages({ errors }: ReturnType<typeof parseWorkflow>['context']): string[] {
  return errors.getErrors().map(({ message }) => message);
}
