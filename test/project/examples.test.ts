/** Every workflow in examples/ and docs/ is complete, and the action accepts its inputs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { inputDefaults, inputNames, secretNames } from '../../src/inputs/catalog.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { outputNames } from '../../src/action/outputs.ts';
import { renderText } from '../../src/log/text.ts';
import { createCredentials, listForms } from '../support/making/credentials.ts';
import {
  fillIn,
  isCompositeAction,
  isOwnStep,
  isWorkflow,
  listFiles,
  listSteps,
  parse,
  readExample,
  readPage,
  type Step,
  type Workflow,
} from '../support/making/examples.ts';
import { createInputEnvironment } from '../support/doubles/fakes.ts';
import { InputError } from '../../src/inputs/input-error.ts';

const { values, formed } = listForms(await createCredentials());

/** What is wrong with inputs. */
function complainOf(inputs: Readonly<Record<string, string>>): string[] {
  try {
    const env = { ...createInputEnvironment(inputs), ACTIONS_RUNTIME_TOKEN: 'of the job' };
    readInputs(env, { debug: false });
    return [];
  } catch (error) {
    assert.ok(error instanceof InputError);
    const problems = error.problems.map((problem) => renderText(problem, (all) => all));
    return error.emptySecret === undefined ? problems : [...problems, 'client-secret is empty'];
  }
}

/** Reads the inputs of a step as the action does, with the defaults that the runner adds. */
function assertInputs(step: Step, isInComposite: boolean): void {
  const given = step.with ?? {};
  const known: readonly string[] = inputNames;
  assert.deepEqual(
    Object.keys(given).filter((name) => !known.includes(name)),
    [],
    'unknown inputs',
  );
  const inputs = fillIn(given, values, formed);
  assert.deepEqual(complainOf({ ...inputDefaults, ...inputs }), []);
  for (const name of secretNames.filter((secret) => given[secret] !== undefined)) {
    // A composite action cannot read secrets.
    const source = isInComposite ? /^\$\{\{ inputs\.[\w-]+ \}\}$/ : /^\$\{\{ secrets\.\w+ \}\}$/;
    assert.match(given[name] ?? '', source, `${name} is no secret`);
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

function assertSteps(steps: readonly Step[], isInComposite = false): void {
  for (const step of steps) {
    if (isOwnStep(step)) assertInputs(step, isInComposite);
    // The value of an expression in a script is run as a part of it.
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

/** Every job of the workflow gets a token, and passes it to a later step in that step's environment. */
function assertTokenUsed({ jobs }: Workflow): void {
  for (const [name, { steps = [] }] of Object.entries(jobs)) {
    const at = steps.findIndex(isOwnStep);
    const token = `\${{ steps.${steps[at]?.id ?? ''}.outputs.token }}`;
    const later = steps.slice(at + 1).flatMap(({ env }) => Object.values(env ?? {}));
    assert.ok(at >= 0 && later.includes(token), `${name} does not use the token`);
  }
}

describe('examples/', () => {
  const examples = listFiles('examples', /(?<!\/action)\.yml$/).map(readExample);

  test('has examples', () => {
    assert.ok(examples.length > 0);
  });

  for (const example of examples) {
    test(`${example.name} is a complete workflow, with inputs that the action accepts`, () => {
      const workflow = parse(example);
      assert.ok(isWorkflow(workflow));
      assertComplete(workflow);
      // A caller of a composite action or of a reusable workflow has no step of this action.
      assert.ok(listSteps(workflow).some(isOwnStep) || example.name.includes('/usage/call-'));
      assertSteps(listSteps(workflow));
    });
  }

  test('the composite action has inputs that the action accepts', () => {
    const action = parse(readExample('examples/usage/composite-action/action.yml'));
    assert.ok(isCompositeAction(action));
    assert.equal(listSteps(action).filter(isOwnStep).length, 1);
    assertSteps(listSteps(action), true);
  });

  test('the one for ACS passes the token to later steps in their environment', () => {
    const workflow = parse(readExample('examples/stanford-acs.yml'));
    assert.ok(isWorkflow(workflow));
    assertTokenUsed(workflow);
  });
});

describe('README.md and docs/', () => {
  const pages = ['README.md', ...listFiles('docs', /\.md$/)];
  const pieces = pages.flatMap(readPage);

  test('has two workflows for users of the Python library', () => {
    const found = readPage('docs/from-stanford-green.md').map(parse).filter(isWorkflow);
    assert.equal(found.length, 2);
    found.forEach(assertTokenUsed);
  });

  for (const piece of pieces) {
    test(`${piece.name} has inputs that the action accepts, and is complete if it is a workflow`, () => {
      const value = parse(piece);
      if (isWorkflow(value) && value.on !== undefined) assertComplete(value);
      assertSteps(listSteps(value), isCompositeAction(value));
    });
  }
});
