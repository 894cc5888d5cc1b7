/** The parser that GitHub itself uses for workflows and for action.yml. */
import { registerHooks } from 'node:module';

import type { Source } from '../making/examples.ts';

// The package imports JSON without the import attribute, which Node refuses.
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
 * Lists the errors of a workflow with their places: structure, names of events, expressions.
 *
 * @see https://github.com/actions/languageservices/tree/main/workflow-parser
 */
export async function complainOfWorkflow({ name, yaml }: Source): Promise<string[]> {
  const { context, value } = parseWorkflow({ name, content: yaml }, trace);
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return listMessages(context);
}

/** Lists the errors of an action.yml. */
export function complainOfAction({ name, yaml }: Source): string[] {
  return listMessages(parseAction({ name, content: yaml }, trace).context);
}

function listMessages({ errors }: ReturnType<typeof parseWorkflow>['context']): string[] {
  return errors.getErrors().map(({ message }) => message);
}
