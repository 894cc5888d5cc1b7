import assert from 'node:assert/strict';
import { test } from 'node:test';

import { endJob } from './end-job.ts';
import { stateName } from './revocation-state.ts';

test('the end of a job revokes in its own surroundings, warns of nothing else, and ends the process', async (context) => {
  const variable = `STATE_${stateName}`;
  const { noDeprecation } = process;
  const write = process.stdout.write.bind(process.stdout);
  const said: string[] = [];
  const exits: unknown[] = [];
  context.after(() => {
    process.noDeprecation = noDeprecation ?? false;
    Reflect.deleteProperty(process.env, variable);
  });
  process.env[variable] = 'unreadable';
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.mock.method(process, 'exit', (code?: unknown) => {
    exits.push(code);
  });
  // What the test runner itself writes is bytes.
  context.mock.method(process.stdout, 'write', (chunk: unknown, done?: () => void) => {
    if (typeof chunk !== 'string') return write(chunk as Uint8Array);
    said.push(chunk);
    if (typeof done === 'function') done();
    return true;
  });
  await endJob();
  assert.equal(process.noDeprecation, true);
  assert.deepEqual(
    said.map((line) => line.trim()),
    [
      '::warning title=oauth2-token%3A token not revoked::The token was not revoked: what the step kept for the end of the job cannot be read. It stays valid until it expires.',
    ],
  );
  context.mock.timers.tick(999);
  assert.deepEqual(exits, []);
  context.mock.timers.tick(1);
  assert.deepEqual(exits, [undefined]);
  assert.equal(said.at(-1), '');
});
