/** The step of every example sends the request that the provider's page documents, and nothing else. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, test } from 'node:test';

import { createCredentials } from '../support/making/credentials.ts';
import {
  fileExists,
  isObject,
  isOwnStep,
  isWorkflow,
  type Job,
  listFiles,
  parse,
  readExample,
  readText,
  type Step,
  type Workflow,
} from '../support/making/examples.ts';
import type { Expected, Given, ProviderRequest } from '../support/making/provider-request.ts';
import { type ExampleRun, runExample, type SentRequest } from '../support/making/run-example.ts';

/** The examples of providers. examples/usage/ has those for every server. */
const examples = listFiles('examples', /\.ya?ml$/).filter(
  (file) =>
    !file.startsWith('examples/usage/') &&
    Object.values(readWorkflow(file).jobs).some(({ steps }) => steps?.some(isOwnStep)),
);
const pages = listFiles('docs/providers', /\.md$/);
const credentials = await createCredentials();

/** The expectations of all providers, each with its file. */
const expectations: readonly ProviderRequest[] = (
  await Promise.all(listFiles('test/providers', /\.ts$/).map(readExpectations))
).flat();

async function readExpectations(file: string): Promise<readonly ProviderRequest[]> {
  const module = (await import(`../../${file}`)) as { requests: readonly ProviderRequest[] };
  return module.requests;
}

function readWorkflow(file: string): Workflow {
  const workflow = parse(readExample(file));
  assert.ok(isWorkflow(workflow), `${file} is no workflow`);
  return workflow;
}

/** A step that uses the action, and what its job may do. */
interface OwnStep {
  readonly step: Step;
  readonly mayAskForIdTokens: boolean;
}

/** The steps that use the action, in one job of a workflow, or in all jobs if none is named. */
function listOwnSteps(file: string, job?: string): OwnStep[] {
  const workflow = readWorkflow(file);
  return Object.entries(workflow.jobs)
    .filter(([name]) => job === undefined || name === job)
    .flatMap(([, each]) => {
      const mayAskForIdTokens = maySendIdTokens(workflow, each);
      return (each.steps ?? []).filter(isOwnStep).map((step) => ({ step, mayAskForIdTokens }));
    });
}

/** Whether a job has the permission for ID tokens; its own permissions replace the workflow's. */
function maySendIdTokens(workflow: Workflow, job: Job): boolean {
  const permissions = job.permissions ?? workflow.permissions;
  return isObject(permissions) && permissions['id-token'] === 'write';
}

/** The one token request of a step that ended green. */
function readTokenRequest({ succeeded, calls, tokenRequests }: ExampleRun): SentRequest {
  assert.ok(succeeded, calls.at(-1));
  const [request, ...more] = tokenRequests;
  assert.deepEqual(more, [], 'more than one request');
  return request ?? assert.fail('no request');
}

/** Metadata is requested only if it is needed, from the right URL. */
function assertDiscovery({ discoveryRequests }: ExampleRun, { discovery }: ProviderRequest): void {
  assert.deepEqual(
    discoveryRequests.map(({ method, url }) => `${method} ${url}`),
    discovery === undefined ? [] : [`GET ${discovery.url}`],
  );
}

/** A job has the permission for ID tokens only if the step sends one. */
function assertPermission({ given }: ExampleRun, { step, mayAskForIdTokens }: OwnStep): void {
  assert.equal(mayAskForIdTokens, step.with?.['id-token-as'] !== undefined);
  assert.equal(given.idTokens.length, mayAskForIdTokens ? 1 : 0);
}

async function assertRequest(
  sent: SentRequest,
  { request }: ProviderRequest,
  given: Given,
): Promise<void> {
  assert.equal(`${sent.method} ${sent.url}`, `${request.method} ${request.url}`);
  await assertMembers(sent.headers, listHeaders(request, given), given, 'header');
  if (request.method === 'GET') assert.equal(sent.body, undefined);
  else await assertMembers(readBody(sent), request.body, given, 'parameter');
}

/** Everything that must be in the header, by name in lower case. */
function listHeaders(
  { method, contentType, authorization = 'none', headers }: ProviderRequest['request'],
  given: Given,
): Readonly<Record<string, Expected>> {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'oauth2-token',
    ...(method === 'POST'
      ? { 'content-type': contentType ?? 'application/x-www-form-urlencoded' }
      : {}),
    ...(authorization === 'none'
      ? {}
      : { authorization: authorization === 'basic' ? writeBasic(given) : authorization }),
    ...headers,
  };
}

/**
 * Basic as in RFC 6749 section 2.3.1: id and secret are each encoded first.
 *
 * @see https://url.spec.whatwg.org/#concept-urlencoded-serializer
 */
function writeBasic({ inputs }: Given): string {
  const parts = ['client-id', 'client-secret'].map((name) =>
    new URLSearchParams({ '': inputs[name] ?? '' }).toString().slice(1),
  );
  return `Basic ${Buffer.from(parts.join(':')).toString('base64')}`;
}

type Members = Readonly<Record<string, unknown>>;

/** The parameters of a body, each a string, or an array if it is repeated. */
function readBody({ headers, body = '' }: SentRequest): Members {
  if (headers['content-type'] === 'application/json') {
    const members: unknown = JSON.parse(body);
    assert.ok(isObject(members), 'the body is no object');
    return members;
  }
  const parameters = new URLSearchParams(body);
  return Object.fromEntries(
    [...parameters.keys()].map((name) => {
      const [first, ...more] = parameters.getAll(name);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}

/** Asserts that fields have exactly these names, and the expected values. */
async function assertMembers(
  actual: Members,
  expected: Readonly<Record<string, Expected | readonly Expected[]>>,
  given: Given,
  kind: string,
): Promise<void> {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), `${kind} names`);
  for (const [name, wanted] of Object.entries(expected)) {
    const values = toList(actual[name]);
    const all = toList(wanted);
    assert.equal(values.length, all.length, `${kind} ${name}: how often`);
    for (const [at, each] of all.entries()) {
      await assertValue(values[at], each, given, `${kind} ${name}`);
    }
  }
}

function toList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

async function assertValue(
  actual: unknown,
  expected: Expected,
  given: Given,
  what: string,
): Promise<void> {
  if (typeof expected === 'object' && 'json' in expected) {
    assert.deepEqual(actual, expected.json, what);
    return;
  }
  assert.ok(typeof actual === 'string', `${what} is no string`);
  if (typeof expected === 'string') assert.equal(actual, expected, what);
  else if (expected instanceof RegExp) assert.match(actual, expected, what);
  else await expected(actual, given);
}

/** The TLS connection presents the certificate only if the provider requires one. */
function assertCertificate({ limits }: SentRequest, { request }: ProviderRequest): void {
  const { certificate, key } = limits.tls ?? {};
  const wanted = request.clientCertificate ?? false;
  assert.deepEqual(
    [certificate?.trim(), key?.trim()],
    wanted
      ? [credentials.certificate.trim(), credentials.privateKey.trim()]
      : [undefined, undefined],
  );
}

/** Later steps get what the provider answered. */
function assertOutputs({ calls }: ExampleRun, { answer, outputs = {} }: ProviderRequest): void {
  const { body } = answer;
  const token = typeof body === 'object' ? body['access_token'] : undefined;
  const wanted = typeof token === 'string' ? { token, ...outputs } : outputs;
  for (const [name, value] of Object.entries(wanted)) {
    const prefix = `output ${name}=`;
    const call = calls.find((each) => each.startsWith(prefix));
    assert.equal(call?.slice(prefix.length), value, `output ${name}`);
  }
}

describe('the request of an example', () => {
  for (const expected of expectations) {
    const { example, job, page } = expected;
    test(`${[example, job].join(' ').trim()} is the one that ${page} documents`, async () => {
      const steps = listOwnSteps(example, job);
      assert.ok(steps.length > 0, 'no step uses the action');
      for (const own of steps) {
        const done = await runExample(own.step, expected, credentials, own.mayAskForIdTokens);
        const sent = readTokenRequest(done);
        const given = { ...done.given, now: sent.sentAt };
        assertDiscovery(done, expected);
        assertPermission(done, own);
        await assertRequest(sent, expected, given);
        assertCertificate(sent, expected);
        assertOutputs(done, expected);
      }
    });
  }
});

describe('examples, expectations and pages', () => {
  for (const example of examples) {
    test(`every step of ${example} that uses the action has an expectation`, () => {
      const covered = expectations
        .filter((each) => each.example === example)
        .flatMap(({ job }) => listOwnSteps(example, job));
      assert.equal(covered.length, listOwnSteps(example).length);
    });

    test(`${example} is linked from a page in docs/providers/, and from the list of them`, () => {
      const link = `](../../${example})`;
      const linking = pages.filter((page) => readText(page).includes(link));
      assert.ok(linking.includes('docs/providers/README.md'));
      assert.ok(linking.length > 1, 'no page of a provider');
    });
  }

  test('every expectation is for an example that exists', () => {
    const unknown = expectations.filter(({ example }) => !examples.includes(example));
    assert.deepEqual(unknown, []);
  });

  test("every expectation's page is one that a page in docs/providers/ links", () => {
    const text = pages.map(readText).join('\n');
    const missing = expectations.filter(({ page }) => !text.includes(`(${page})`));
    assert.deepEqual(
      missing.map(({ page }) => page),
      [],
    );
  });

  for (const page of pages) {
    test(`every link of ${page} to a file of this repository leads to an existing file`, () => {
      const links = [...readText(page).matchAll(/\]\((\.*\/?[\w./-]+?)(?:#[\w-]*)?\)/g)];
      const missing = links
        .map(([, link = '']) => posix.join('docs/providers', link))
        .filter((file) => !fileExists(file));
      assert.deepEqual(missing, []);
    });
  }

  for (const page of pages.filter((each) => each !== 'docs/providers/README.md')) {
    test(`${page} is in the list, and says against what it was checked`, () => {
      const file = page.replace('docs/providers/', '');
      assert.ok(readText('docs/providers/README.md').includes(`](${file})`));
      assert.match(readText(page), /^Checked against |^Not checked: /m);
    });
  }
});
