import { dot } from 'node:test/reporters';

type TestEvents = Parameters<typeof dot>[0];

/** Reports failures in full, what passed as dots, and the numbers at the end. */
export default async function* report(source: TestEvents): AsyncGenerator<string> {
  const numbers: string[] = [];
  yield* dot(listen(source, numbers));
  yield `\n${numbers.map((line) => `ℹ ${line}\n`).join('')}`;
}

/** Passes every event on and keeps the last lines of the runner: tests, pass, fail, ... */
async function* listen(source: TestEvents, numbers: string[]): TestEvents {
  for await (const event of source) {
    if (event.type === 'test:diagnostic' && event.data.nesting === 0)
      numbers.push(event.data.message);
    yield event;
  }
}
