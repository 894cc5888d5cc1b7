/** What users would use instead of the action, prepared to run. What this machine cannot build is not measured. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { type Contestant, findProgram } from './contest.ts';

const contestants = join(import.meta.dirname, 'contestants');

/** Where a client gets its token. */
export interface Source {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What all alternatives write into GITHUB_OUTPUT at the end. */
const expects = /^token=/m;

/**
 * A shell script with curl and jq, as in `run:`; none if a program is missing.
 *
 * @param more other variables
 */
export function listShell(
  name: string,
  source: Source,
  more: Readonly<Record<string, string>> = {},
): Contestant[] {
  if (isMissing(name, 'bash', 'curl', 'jq')) return [];
  const env = { ...makeEnvironment(source), ...more };
  // As the runner starts `shell: bash`.
  const options = ['--noprofile', '--norc', '-e', '-o', 'pipefail'];
  const command = ['bash', ...options, join(contestants, 'script.sh')];
  return [{ name, command, env: () => env, expects }];
}

/** A Go program with golang.org/x/oauth2, built before; none if it cannot be built. */
export function listGo(source: Source, folder: string): Contestant[] {
  const name = 'Go program with golang.org/x/oauth2';
  const program = join(folder, 'get-token');
  if (isMissing(name, 'go')) return [];
  const args = ['build', '-C', join(contestants, 'go'), '-o', program, '.'];
  if (!prepare(name, 'go', args)) return [];
  const env = makeEnvironment(source);
  return [{ name, command: [program], env: () => env, expects }];
}

/** Python scripts with requests, in an environment that is made before; none if it cannot be made. */
export function listPython(source: Source, folder: string): Contestant[] {
  const name = 'Python script with requests';
  const [python, files] = [join(folder, 'bin', 'python'), join(contestants, 'python')];
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const pins = ['--require-hashes', '--only-binary=:all:', '-r', join(files, 'requirements.txt')];
  if (isMissing(name, 'python3')) return [];
  if (!prepare(name, 'python3', ['-m', 'venv', folder])) return [];
  if (!prepare(name, python, [...pip, ...pins])) return [];
  const env = makeEnvironment(source);
  const model = [python, join(files, 'library_model.py')];
  return [
    { name, command: [python, join(files, 'get_token.py')], env: () => env, expects },
    { name: 'model of stanford.green.oauth2', command: model, env: () => env, expects },
    {
      name: 'model of stanford.green.oauth2, token in its file',
      command: model,
      env: () => ({ ...env, CACHE_FOLDER: folder }),
      expects,
    },
  ];
}

function makeEnvironment({ url, clientId, clientSecret }: Source): Record<string, string> {
  return { TOKEN_URL: url, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret };
}

function isMissing(name: string, ...programs: readonly string[]): boolean {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return false;
  console.log(`${name}: not measured, because this machine has no ${missing.join(', no ')}.`);
  return true;
}

function prepare(name: string, program: string, args: readonly string[]): boolean {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) console.log(`${name}: not measured, because ${program} failed:\n${stderr}`);
  return status === 0;
}
