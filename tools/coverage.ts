/**
 * Counts how many token requests of a public catalog the inputs can express. Each is written as a step, the action runs
 * it, and the request that it sends is compared with the documented one. docs/coverage.md has the result.
 *
 * Usage: npm run coverage -- providers.yaml [--all]
 * The file is packages/providers/providers.yaml of https://github.com/NangoHQ/nango.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';

import { readCatalog } from './catalog/nango.ts';
import { writeStep } from './catalog/step.ts';
import { tryStep } from './catalog/trial.ts';

const [file, option] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run coverage -- providers.yaml [--all]');
  process.exit(1);
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const reasons = new Map<string, string[]>();
let expressed = 0;
for (const entry of readCatalog(readFileSync(file, 'utf8'))) {
  const why = 'why' in entry ? entry.why : await tryStep(entry, writeStep(entry, key));
  if (why === undefined) expressed += 1;
  else reasons.set(why, [...(reasons.get(why) ?? []), entry.name]);
  if (option === '--all') console.log(`${entry.name}: ${why ?? 'the same request'}`);
}
const rest = [...reasons.values()].reduce((sum, names) => sum + names.length, 0);
console.log(`${expressed} of ${expressed + rest} token requests.`);
for (const [why, names] of reasons) console.log(`${names.length} x ${why}: ${names.join(', ')}`);
