/**
 * Mutation testing: changes src/ in small ways, one at a time, and runs the unit tests of the changed file, then those
 * next to it. A change that no test notices survives. Prints the survivors and the score of each folder, and writes
 * reports/mutation/, an HTML page and the same as JSON for each file and run. stryker.config.json has the settings.
 *
 * Usage: npm run mutate [-- FOLDER or FILE...]
 */
import { globSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import process from 'node:process';

import { Stryker } from '@stryker-mutator/core';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const root = join(import.meta.dirname, '..');
const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => `src/${entry.name}`);

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

/** The tests that are named after the file, and the others of its folder. */
function listTests(file: string): { readonly own: string[]; readonly others: string[] } {
  const folder = dirname(file);
  const own = globSync(`${folder}/${basename(file, '.ts')}{,.laws}.test.ts`, { cwd: root }).sort();
  const all = globSync(`${folder}/*.test.ts`, { cwd: root }).sort();
  return { own, others: all.filter((test) => !own.includes(test)) };
}

/**
 * A test next to the file may take long, so it runs only with changes that the tests of the file itself did not notice.
 */
async function mutateFile(file: string): Promise<MutantResult[]> {
  const { own, others } = listTests(file);
  const report = join('reports', 'mutation', file.replace(/^src\//, '').replaceAll('/', '-'));
  if (own.length === 0) return runStryker([file], others, report);
  const results = await runStryker([file], own, report);
  const alive = results.filter(isAlive);
  if (alive.length === 0 || others.length === 0) return results;
  const again = await runStryker(alive.map(writeRange), others, `${report}-beside`);
  const noticed = again.filter((mutant) => !isAlive(mutant));
  return results.map((mutant) => noticed.find((other) => isSame(mutant, other)) ?? mutant);
}

async function runStryker(
  mutate: string[],
  testFiles: string[],
  report: string,
): Promise<MutantResult[]> {
  const stryker = new Stryker({
    configFile: join(root, 'stryker.config.json'),
    mutate,
    tap: { testFiles },
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
  });
  return stryker.runMutationTest();
}

/** A place as Stryker's `mutate` has it: lines from 1, columns from 0. */
function writeRange({ fileName, location: { start, end } }: MutantResult): string {
  const file = relative(root, fileName).replaceAll(sep, '/');
  return `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

/** Whether both are the same change of the same place. The ids start again in each run. */
function isSame(one: MutantResult, other: MutantResult): boolean {
  const identify = ({ location, mutatorName, replacement }: MutantResult): string =>
    JSON.stringify([location, mutatorName, replacement]);
  return identify(one) === identify(other);
}

function isAlive({ status }: MutantResult): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** The score is the share of changes that the tests noticed, of all changes that could run. */
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
