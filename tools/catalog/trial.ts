/** Runs the action, in process, with the inputs of a step, against a server that answers as the catalog says. */
import { randomBytes, randomUUID } from 'node:crypto';

import { run } from '../../src/action/run.ts';
import type { HttpRequest } from '../../src/http/request.ts';
import { inputDefaults } from '../../src/inputs/catalog.ts';
import {
  answerJson,
  createFakeClock,
  createFakeRunner,
  createInputEnvironment,
  noFiles,
} from '../../test/support/doubles/fakes.ts';
import type { CatalogRequest } from './nango.ts';
import type { StepInputs } from './step.ts';

/** The token of every answer. */
const token = 'the-access-token-0123456789';

/** Says why the step does not do what the catalog describes; undefined if it does. */
export async function tryStep(
  request: CatalogRequest,
  inputs: StepInputs,
): Promise<string | undefined> {
  const runner = createFakeRunner();
  const sent: HttpRequest[] = [];
  await run({
    runner,
    env: {
      ...createInputEnvironment({ ...inputDefaults, ...inputs, 'use-cache': 'false' }),
      GITHUB_OUTPUT: 'output',
      GITHUB_ENV: 'env',
    },
    platform: 'linux',
    files: noFiles,
    clock: createFakeClock(),
    random: Math.random,
    randomBytes,
    randomUUID,
    send: (one) => {
      sent.push(one);
      return Promise.resolve(answer(request));
    },
    saveScript: '',
    temp: '',
    succeed: () => undefined,
  });
  const failure = runner.calls.find((call) => call.startsWith('error '));
  const [first] = sent;
  if (first === undefined) return `refused: ${failure ?? 'nothing was sent'}`;
  const difference = compare(request, first);
  if (difference !== undefined) return `another request: ${difference}`;
  if (!runner.calls.includes(`output token=${token}`)) return `no token: ${failure ?? ''}`;
  const knowsExpiry = runner.calls.some((call) => /^output expires-at=\d/.test(call));
  const isTold = request.expiry !== undefined || request.fixedLifetime !== undefined;
  return isTold && !knowsExpiry ? 'the expiry is lost' : undefined;
}

function answer({ tokenPath, expiry }: CatalogRequest): ReturnType<typeof answerJson> {
  if (tokenPath === '') return answerJson(200, token);
  const body = {};
  put(body, tokenPath, token);
  const value = expiry?.kind === 'time' ? '2026-01-31T12:00:00Z' : 3600;
  if (expiry !== undefined) put(body, expiry.path, value);
  return answerJson(200, body);
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const [name = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const below = (target[name] ?? {}) as Record<string, unknown>;
  target[name] = below;
  put(below, rest.join('.'), value);
}

/** The differences between the documented request and the sent one. */
function compare(request: CatalogRequest, sent: HttpRequest): string | undefined {
  if (sent.method !== request.method) return `${sent.method} instead of ${request.method}`;
  if (sent.url !== new URL(request.url).href) return `${sent.url} instead of ${request.url}`;
  const wanted = normalize(listParameters(request));
  const parameters = normalize(readBody(sent));
  if (wanted !== parameters) return `body ${parameters} instead of ${wanted}`;
  const missing = Object.entries(request.headers).find(
    ([name, value]) => !hasHeader(sent, name, value),
  );
  return missing === undefined ? undefined : `no header ${missing[0]}`;
}

function hasHeader({ headers }: HttpRequest, name: string, value: string): boolean {
  // The media type of an empty body does not matter, and the action requests JSON.
  if (name === 'content-type' || name === 'accept') return true;
  const sent = headers[name];
  return value.includes('${jwt}')
    ? /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/.test(sent ?? '')
    : sent === value;
}

function listParameters({ parameters, client }: CatalogRequest): Record<string, unknown> {
  if (client?.as !== 'post') return { ...parameters };
  return { ...parameters, client_id: client.id, client_secret: client.secret };
}

function readBody({ body = '', headers }: HttpRequest): Record<string, unknown> {
  if (body === '') return {};
  return (headers['content-type'] ?? '').includes('json')
    ? (JSON.parse(body) as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(body));
}

/** As text, sorted. All JWTs are treated as equal, and a form has only text. */
function normalize(parameters: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(parameters)
    .map(
      ([name, value]) =>
        [
          name,
          typeof value === 'object' ? value : JSON.stringify(value).replace(/^"|"$/g, ''),
        ] as const,
    )
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(entries).replace(
    /"(\$\{jwt\}|[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,})"/g,
    '"JWT"',
  );
}
