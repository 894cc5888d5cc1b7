/** The examples for every server work as the pages on long jobs and composite actions promise. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  isObject,
  isOwnStep,
  isWorkflow,
  listSteps,
  parse,
  readExample,
  type Step,
  type Workflow,
} from '../support/making/examples.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import { client, issueTokens, startStage } from '../support/making/cache-stage.ts';
import { startScriptedServer } from '../support/doubles/scripted-server.ts';
import { startStepClock } from '../support/doubles/step-clock.ts';

type Values = Readonly<Record<string, string>>;

function readWorkflow(name: string): Workflow {
  const workflow = parse(readExample(`examples/usage/${name}`));
  assert.ok(isWorkflow(workflow));
  return workflow;
}

/** Replaces expressions by values, by the text between their braces. */
function fill(inputs: Values, values: Values): Values {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      value.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => values[expression] ?? ''),
    ]),
  );
}

/** The values of the expressions in the examples. */
const values: Values = { 'vars.CLIENT_ID': client.id, 'secrets.CLIENT_SECRET': client.secret };

/** The inputs of a step, with the token endpoint of a test. */
function inputsOf({ with: given = {} }: Step, url: string, known = values): Values {
  return { ...fill(given, known), 'token-url': url };
}

describe('the job of three hours', () => {
  const [first, second, ...more] = listSteps(readWorkflow('long-job.yml')).filter(isOwnStep);
  assert.ok(first !== undefined && second !== undefined);

  test('has two steps, each with its own id and the least validity that its part needs', () => {
    assert.deepEqual(more, []);
    assert.notEqual(first.id, second.id);
    for (const step of [first, second]) assert.equal(step.with?.['min-validity'], '2700');
  });

  test('begins each part with a token that is valid long enough', async (t) => {
    const stage = await startStage({ answers: [issueTokens({ expires_in: 3600 })] });
    t.after(stage.close);
    const jobStart = Date.now();
    /** Runs a step so many minutes after the job has started; gives how long its token is valid. */
    const begin = async (step: Step, minutes: number): Promise<number> => {
      const clock = await startStepClock({ start: jobStart + minutes * 60_000 });
      try {
        // A job of the stage has the variable.
        const inputs = { ...inputsOf(step, stage.endpoint.url), 'env-var': 'OAUTH2_TOKEN' };
        const run = await stage.run({ inputs, clock });
        assert.equal(run.exitCode, 0, run.stdout);
        return Number(run.outputs['expires-in']);
      } finally {
        await clock.close();
      }
    };
    assert.ok((await begin(first, 0)) >= 2700);
    // After the export and the conversion.
    assert.ok((await begin(second, 45 + 90)) >= 2700);
    // In another job, which finds the token of this job when it is valid for less time than the part takes.
    assert.ok((await begin(second, 45 + 90 + 20)) >= 2700);
    assert.equal(stage.endpoint.requests.length, 3);
  });
});

describe('the composite action', () => {
  const action = parse(readExample('examples/usage/composite-action/action.yml'));
  assert.ok(isObject(action) && isObject(action['inputs']) && isObject(action['outputs']));
  const declared = action['inputs'] as Readonly<Record<string, Values>>;
  const [inner] = listSteps(action).filter(isOwnStep);
  const steps = listSteps(readWorkflow('call-composite-action.yml'));
  const outer = steps.find(({ uses }) => uses === './.github/actions/api-token');
  assert.ok(inner !== undefined && outer?.with !== undefined);

  test('gets every input that it requires, and only inputs that it declares', () => {
    const given = Object.keys(outer.with ?? {});
    for (const [name, { required }] of Object.entries(declared)) {
      if (required === 'true') assert.ok(given.includes(name), name);
    }
    assert.deepEqual(
      given.filter((name) => !(name in declared)),
      [],
    );
  });

  test('gets a token by the secret that the workflow passes', async (t) => {
    const server = await startScriptedServer({ answers: [issueTokens()] });
    t.after(server.close);
    const passed = fill(outer.with ?? {}, values);
    const known = Object.fromEntries(
      Object.entries(passed).map(([name, value]) => [`inputs.${name}`, value]),
    );
    const inputs = { ...inputsOf(inner, server.url, known), 'use-cache': 'false' };
    const run = await startBuiltAction(inputs);
    assert.equal(run.exitCode, 0, run.stdout);
    assert.deepEqual(run.env, {});
    const [request] = server.requests;
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
    assert.equal(request?.headers['authorization'], `Basic ${basic}`);
  });

  test('gives the token to the workflow as an output', () => {
    const { token } = action['outputs'] as Readonly<Record<string, Values>>;
    assert.equal(token?.['value'], `\${{ steps.${inner.id ?? ''}.outputs.token }}`);
    const used = steps.flatMap(({ env }) => Object.values(env ?? {}));
    assert.ok(used.includes(`\${{ steps.${outer.id ?? ''}.outputs.token }}`));
  });
});

describe('the reusable workflow', () => {
  const called = readWorkflow('reusable-workflow.yml');
  const { jobs } = readWorkflow('call-reusable-workflow.yml');
  const [job] = Object.values(jobs);

  test('gets every secret and input that it requires, and only those that it declares', () => {
    const on = called.on;
    assert.ok(isObject(on) && isObject(on['workflow_call']) && job !== undefined);
    const call = on['workflow_call'];
    for (const [there, here] of [
      ['secrets', 'secrets'],
      ['inputs', 'with'],
    ] as const) {
      assert.deepEqual(
        Object.keys((job as unknown as Record<string, object>)[here] ?? {}),
        Object.keys(call[there] ?? {}),
      );
    }
  });

  test('is where the caller looks for it', () => {
    assert.equal(job?.uses, './.github/workflows/reusable-workflow.yml');
  });
});
