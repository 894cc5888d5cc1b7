import { encodeBase64Text } from './formats/base64.ts';
import { type CurlArguments, readArguments } from './curl/arguments.ts';
import { readRequest } from './curl/request.ts';
import { readFilterPath } from './curl/filters.ts';
import { nameSlots, type Reference } from './secrets/names.ts';
import { cleanPaste } from './shells/paste.ts';
import { Refusal } from './refusal.ts';
import { readResponse } from './step/response.ts';
import { type LocatedCommand, locateCommand } from './shells/locate.ts';
import { hasMark, listMarks, mapBetweenMarks, Slots } from './secrets/slots.ts';
import { setAuthentication } from './step/authentication.ts';
import { setCertificates } from './step/certificates.ts';
import { setEndpoint } from './step/endpoint.ts';
import { setHeaders } from './step/headers.ts';
import { setLimits } from './step/limits.ts';
import { setGrant } from './step/grant.ts';
import { Parameters, setParameters } from './step/parameters.ts';
import { Step, type StepInput, stepInputs } from './step/step.ts';
import { describeNote } from './wording.ts';
import { writeStep } from './formats/yaml.ts';

/** A workflow step made from a curl command. */
export interface Conversion {
  /** The inputs of the step, in order, with `${{ secrets.NAME }}` and `${{ vars.NAME }}` in them. */
  readonly inputs: ReadonlyMap<StepInput, string>;
  /** The secrets and variables that the reader must create. */
  readonly references: readonly Reference[];
  /** What the reader must know, one line each. */
  readonly notes: readonly string[];
  /** The step as YAML. */
  readonly step: string;
  /** Everything as YAML, with the notes for the reader as comments. */
  readonly yaml: string;
}

/**
 * Converts a curl command to a workflow step. It runs and fetches nothing, and no value that could be a secret is in
 * the result.
 *
 * @param pasted the command, and below it an example of the response, if there is one
 * @throws {Refusal} if it cannot be read, or the action has no inputs for it
 */
export function convertCurl(pasted: string): Conversion {
  const slots = new Slots();
  const command = locateCommand(cleanPaste(pasted), slots);
  const args = readArguments(command.words);
  const request = readRequest(args, { slots, input: command.input });
  const step = new Step(slots);
  const parameters = new Parameters(request);
  for (const option of args.dropped) step.note({ code: 'dropped-option', option });
  setCertificates(step, args);
  setEndpoint(step, request);
  setAuthentication(step, request, parameters);
  setGrant(step, parameters);
  setHeaders(step, request);
  setParameters(step, parameters);
  setLimits(step, args);
  noteCookies(step, args);
  setResponse(step, command);
  return finish(step);
}

function noteCookies(step: Step, { given }: CurlArguments): void {
  const isFile = given.some(({ name, value }) => name === 'cookie' && !value.includes('='));
  if (isFile) step.note({ code: 'dropped-cookies' });
}

/** Sets the inputs that follow from the example of a response, and from the commands that read the response. */
function setResponse(step: Step, { filters, rest }: LocatedCommand): void {
  const filter = readFilterPath(filters);
  const response = readResponse(rest);
  const example = typeof response === 'object' ? response : undefined;
  if (response === 'unreadable') step.note({ code: 'unreadable-response' });
  const path = typeof filter === 'object' ? filter.path : undefined;
  const others = example?.fields.filter((line) => !line.startsWith('access_token=')) ?? [];
  const found = example?.fields.filter((line) => line.startsWith('access_token=')) ?? [];
  const own = path === undefined ? found : path === 'access_token' ? [] : [`access_token=${path}`];
  const fields = [...own, ...others];
  if (fields.length > 0) {
    step.set('response-fields', fields.join('\n'));
    step.note({ code: 'response-fields' });
  }
  if (example?.defaultExpiresIn !== undefined) {
    step.set('default-expires-in', String(example.defaultExpiresIn));
  }
  noteResponse(step, { filter, response });
}

function noteResponse(
  step: Step,
  {
    filter,
    response,
  }: {
    readonly filter: ReturnType<typeof readFilterPath>;
    readonly response: ReturnType<typeof readResponse>;
  },
): void {
  if (filter === 'unreadable') step.note({ code: 'dropped-filter' });
  if (typeof response !== 'object') {
    const isUnusual = step.inputs.get('grant-type') === 'none' && typeof filter !== 'object';
    if (isUnusual && !step.inputs.has('response-fields')) step.note({ code: 'no-response' });
    return;
  }
  switch (response.finding) {
    case 'complete':
      return;
    case 'no-token':
      if (typeof filter !== 'object') step.note({ code: 'no-token-field' });
      return;
    default:
      step.note({ code: response.finding });
  }
}

/** Gives names to the removed values, and writes the step. */
function finish(step: Step): Conversion {
  const values = stepInputs.flatMap((name): [StepInput, string][] => {
    const value = step.inputs.get(name);
    return value === undefined ? [] : [[name, takeOutSecrets(step.slots, value)]];
  });
  const references = nameSlots(
    step.slots,
    values.flatMap(([, value]) => listMarks(value)),
  );
  const inputs = values.map(([name, value]): [StepInput, string] => [
    name,
    render(value, references),
  ]);
  const notes = step.notes.map(describeNote);
  const list = [...references.values()];
  return {
    inputs: new Map(inputs),
    references: list,
    notes,
    step: writeStep({ inputs, comments: [] }),
    yaml: writeStep({ inputs, comments: listComments(list, notes) }),
  };
}

function render(value: string, references: ReadonlyMap<string, Reference>): string {
  const literal = mapBetweenMarks(value, (text) => {
    // An expression that this program did not write would be run by the workflow.
    if (text.includes('${{')) throw new Refusal({ code: 'expression' });
    return text;
  });
  return literal.replace(/[\ue000-\uf8ff]/g, (mark) => {
    const { source, name } = references.get(mark) ?? { source: 'secrets', name: 'VALUE' };
    return `\${{ ${source}.${name} }}`;
  });
}

/** The shortest secret that is searched for inside other values, in characters. */
const shortestPart = 8;

/**
 * A secret that is also in an unexpected place becomes the same slot there, in each form in which it is sent. One value
 * has one name.
 */
function takeOutSecrets(slots: Slots, value: string): string {
  const known = slots.listLiterals();
  const same = known.find(({ slot }) => slot.text === value);
  if (same !== undefined) return same.mark;
  const secrets = known.filter(({ slot }) => slot.uses.some(({ isSecret }) => isSecret));
  const found = [
    ...secrets.map(({ mark, slot }) => ({ mark: () => mark, text: slot.text })),
    ...slots.hidden.map((text) => ({ mark: () => slots.add('literal', text), text })),
  ].filter(({ text }) => text.length >= shortestPart && !hasMark(text));
  return found.reduce((rest, { mark, text }) => {
    const forms = new Set([text, encodeURIComponent(text), encodeBase64Text(text)]);
    return [...forms].reduce(
      (left, form) => (left.includes(form) ? left.replaceAll(form, mark()) : left),
      rest,
    );
  }, value);
}

function listComments(references: readonly Reference[], notes: readonly string[]): string[] {
  const created = references.map(
    ({ source, name, what }) =>
      `- ${source === 'secrets' ? 'secret' : 'variable'} ${name}: ${what}`,
  );
  return [
    ...(created.length === 0
      ? []
      : ['Create under Settings, Secrets and variables, Actions:', ...created]),
    ...(created.length > 0 && notes.length > 0 ? [''] : []),
    ...(notes.length === 0 ? [] : ['Notes:', ...notes.map((note) => `- ${note}`)]),
  ];
}
