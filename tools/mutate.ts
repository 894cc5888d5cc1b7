/**
 * Mutation testing: changes src/ in small ways, one at a time, and runs the unit tests beside the changed file. A change
 * that no test notices survives. Prints the survivors and the score of each folder, and writes reports/mutation/, an
 * HTML page and the same as JSON for each file. stryker.config.json has the settings.
 *
 * Usage: npm run mutate [-- FOLDER or FILE...]
 */
import { globSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import process from 'node:process';

import { Stryker } from '@stryker-mutator/core';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const root = join(import.meta.dirname, '..');
const folders = ['src/retry', 'src/cache', 'src/oauth2', 'src/http', 'src/action'];

const places = process.argv.slice(2).map((place) => place.replace(/\/$/, ''));
mkdirSync(join(root, 'reports', 'mutation'), { recursive: true });
for (const place of places.length > 0 ? places : folders) await mutatePlace(place);

/** A folder, or one file of it. */
async function mutatePlace(place: string): Promise<void> {
  const results: MutantResult[] = [];
  for (const file of listSources(place)) {
    const ofFile = await mutateFile(file);
    results.push(...ofFile);
    console.log(`${file}: ${describe(ofFile)}`);
    for (const mutant of ofFile.filter(isAlive)) console.log(`  ${show(mutant)}`);
  }
  console.log(`${place} as a whole: ${describe(results)}\n`);
}

function listSources(place: string): string[] {
  const path = join(root, place);
  if (statSync(path).isFile()) return [place];
  return globSync(`${place}/**/*.ts`, { cwd: root, exclude: ['**/*.test.ts'] }).sort();
}

/** The tests that are named after the file; those of its folder, where it has none of its own. */
function listTests(file: string): string[] {
  const name = basename(file, '.ts');
  const folder = dirname(file);
  const own = globSync(`${folder}/${name}{,.laws}.test.ts`, { cwd: root }).sort();
  return own.length > 0 ? own : globSync(`${folder}/*.test.ts`, { cwd: root }).sort();
}

async function mutateFile(file: string): Promise<MutantResult[]> {
  const report = join('reports', 'mutation', file.replace(/^src\//, '').replaceAll('/', '-'));
  const stryker = new Stryker({
    configFile: join(root, 'stryker.config.json'),
    mutate: [file],
    tap: { testFiles: listTests(file) },
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
  });
  return stryker.runMutationTest();
}

function isAlive({ status }: MutantResult): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** The score is what the tests noticed, of all changes that could run. */
function describe(results: MutantResult[]): string {
  const count = (...statuses: string[]): number =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const alive = count('Survived', 'NoCoverage');
  if (noticed + alive === 0) return 'nothing to change';
  const score = ((100 * noticed) / (noticed + alive)).toFixed(1);
  return `${score} % (${noticed + alive} mutants, ${noticed} noticed, ${count('Timeout')} of them by a timeout; ${count('NoCoverage')} of the survivors never ran; ${count('CompileError', 'RuntimeError')} could not run)`;
}

function show({ fileName, location, mutatorName, replacement, status }: MutantResult): string {
  const place = `${relative(root, fileName)}:${location.start.line}:${location.start.column}`;
  return `${status} ${place} ${mutatorName} -> ${JSON.stringify(replacement)}`;
}
