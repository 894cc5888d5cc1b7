/** Every workflow in examples/ and docs/ is complete, and its inputs are ones that the action takes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseDocument } from 'yaml';

import { InputError } from '../src/action/errors.ts';
import { inputDefaults, inputNames } from '../src/action/input-reader.ts';
import { readInputs } from '../src/action/inputs.ts';
import { outputNames } from '../src/action/outputs.ts';
import { renderText } from '../src/action/text.ts';
import { createInputEnvironment } from './support/fakes.ts';
import { listFiles, readPage, readSource, type Source } from './support/workflow-sources.ts';

/** What is used of a step. */
interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What is used of a job; one that calls a workflow has no steps. */
interface Job {
  readonly uses?: string;
  readonly permissions?: unknown;
  readonly 'runs-on'?: unknown;
  readonly steps?: readonly Step[];
}

/** What is used of a workflow. */
interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Parses YAML without a schema: every value is a string, as an input is. Throws for anything that is no YAML. */
function parse({ yaml }: Source): unknown {
  const document = parseDocument(yaml, { schema: 'failsafe' });
  assert.deepEqual(document.errors, []);
  return document.toJS();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWorkflow(value: unknown): value is Workflow {
  return isObject(value) && isObject(value['jobs']);
}

/** The steps anywhere in a piece of YAML, which may be a workflow, a list of steps or a single one. */
function listSteps(value: unknown): Step[] {
  if (Array.isArray(value)) return value.flatMap(listSteps);
  if (!isObject(value)) return [];
  if ('uses' in value || 'run' in value) return [value];
  return Object.values(value).flatMap(listSteps);
}

function isOwnStep({ uses }: Step): boolean {
  return uses?.startsWith('org/oauth2-token@') ?? false;
}

/** What an expression may stand for, where the form of the value matters; elsewhere, a few letters. */
const plausible: Readonly<Record<string, string>> = {
  ...inputDefaults,
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'cache-encryption-key': 'c2VhbHMgdGhlIGNhY2hlIG9mIHRoaXMgcmVwb3NpdG9yeQ==',
};

/** Puts a plausible value in the place of each expression; inside a longer value, one that fits into a URL. */
function fillIn([name, value]: [string, string]): [string, string] {
  if (/^\$\{\{[^}]*\}\}$/.test(value)) {
    return [name, plausible[name] ?? 'a-value-of-plain-letters'];
  }
  return [name, value.replace(/\$\{\{[^}]*\}\}/g, 'example')];
}

/** What is wrong with inputs. */
function complainOf(inputs: Readonly<Record<string, string>>): string[] {
  try {
    readInputs(createInputEnvironment(inputs), { debug: false });
    return [];
  } catch (error) {
    assert.ok(error instanceof InputError);
    const problems = error.problems.map((problem) => renderText(problem, (all) => all));
    return error.emptySecret === undefined ? problems : [...problems, 'client-secret is empty'];
  }
}

/** The inputs that nobody writes into a file. */
const secretInputs = [
  'client-secret',
  'private-key',
  'client-key',
  'refresh-token',
  'cache-encryption-key',
];

/** Reads the inputs of a step as the action does, with the defaults that the runner adds. */
function assertInputs(step: Step): void {
  const given = step.with ?? {};
  const known: readonly string[] = inputNames;
  assert.deepEqual(
    Object.keys(given).filter((name) => !known.includes(name)),
    [],
    'unknown inputs',
  );
  const inputs = Object.fromEntries(Object.entries(given).map(fillIn));
  assert.deepEqual(complainOf({ ...inputDefaults, ...inputs }), []);
  for (const name of secretInputs.filter((secret) => given[secret] !== undefined)) {
    assert.match(given[name] ?? '', /^\$\{\{ secrets\.\w+ \}\}$/, `${name} is no secret`);
  }
}

/** The outputs of the action's steps that an expression names. */
function assertOutputs(steps: readonly Step[]): void {
  const ids = steps.filter(isOwnStep).map(({ id }) => id ?? '');
  const text = JSON.stringify(steps);
  const known: readonly string[] = outputNames;
  for (const [, id = '', output = ''] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
    if (ids.includes(id)) assert.ok(known.includes(output), `no output ${output}`);
  }
}

function assertSteps(steps: readonly Step[]): void {
  for (const step of steps) {
    if (isOwnStep(step)) assertInputs(step);
    // What an expression puts into a script is run as a part of it.
    assert.doesNotMatch(step.run ?? '', /\$\{\{/);
  }
  assertOutputs(steps);
}

/** A workflow that can be copied into a repository as it is. */
function assertComplete({ on, permissions, jobs }: Workflow): void {
  assert.ok(on !== undefined, 'no on');
  for (const [name, job] of Object.entries(jobs)) {
    assert.ok(
      permissions !== undefined || job.permissions !== undefined,
      `${name}: no permissions`,
    );
    assert.ok(job.uses !== undefined || job['runs-on'] !== undefined, `${name}: no runs-on`);
  }
}

/** Every job of the workflow gets a token, and hands it to a later step in that step's environment. */
function assertTokenUsed({ jobs }: Workflow): void {
  for (const [name, { steps = [] }] of Object.entries(jobs)) {
    const at = steps.findIndex(isOwnStep);
    const token = `\${{ steps.${steps[at]?.id ?? ''}.outputs.token }}`;
    const later = steps.slice(at + 1).flatMap(({ env }) => Object.values(env ?? {}));
    assert.ok(at >= 0 && later.includes(token), `${name} does not use the token`);
  }
}

describe('examples/', () => {
  const examples = listFiles('examples', /\.ya?ml$/).map(readSource);

  test('has examples', () => {
    assert.ok(examples.length > 0);
  });

  for (const example of examples) {
    test(`${example.name} is a complete workflow, with inputs that the action takes`, () => {
      const workflow = parse(example);
      assert.ok(isWorkflow(workflow));
      assertComplete(workflow);
      assert.ok(listSteps(workflow).some(isOwnStep));
      assertSteps(listSteps(workflow));
    });
  }

  test('the one for ACS hands the token to later steps in their environment', () => {
    const workflow = parse(readSource('examples/stanford-acs.yml'));
    assert.ok(isWorkflow(workflow));
    assertTokenUsed(workflow);
  });
});

describe('docs/', () => {
  const pages = listFiles('docs', /\.md$/);
  const pieces = pages.flatMap(readPage);

  test('has two workflows for those who come from the Python library', () => {
    const found = readPage('docs/from-stanford-green.md').map(parse).filter(isWorkflow);
    assert.equal(found.length, 2);
    found.forEach(assertTokenUsed);
  });

  for (const piece of pieces) {
    test(`${piece.name} has inputs that the action takes, and is complete if it is a workflow`, () => {
      const value = parse(piece);
      if (isWorkflow(value)) assertComplete(value);
      assertSteps(listSteps(value));
    });
  }
});
