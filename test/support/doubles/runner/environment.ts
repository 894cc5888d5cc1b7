/**
 * The variables that a script sees. Follows Handler.cs, NodeScriptActionHandler.cs and GitHubContext.cs of
 * https://github.com/actions/runner.
 */
import path from 'node:path';

/** A job's directories, absolute. */
export interface Directories {
  workspace: string;
  temp: string;
  toolCache: string;
  /** For the temporary files of programs. Unlike the runner's own directory, only this job uses it. */
  scratch: string;
}

/** The sources of a step's variables. */
export interface EnvironmentSources {
  directories: Directories;
  /** Set by earlier steps through GITHUB_ENV. */
  exported: ReadonlyMap<string, string>;
  /** Added by earlier steps through GITHUB_PATH, the latest last. */
  path: readonly string[];
  state: Readonly<Record<string, string>>;
  inputs: Readonly<Record<string, string>>;
  /** The variables of the step's command files. */
  files: Readonly<Record<string, string>>;
  debug: boolean;
  /** Replaces all the others. */
  given: Readonly<Record<string, string>>;
}

/** The variables that the runner's own process has, and passes on, in every operating system. */
const inherited = ['PATH', 'HOME', 'PATHEXT', 'PROGRAMFILES', 'SYSTEMROOT', 'USERPROFILE'];

/** Gives all variables of a script. Of this process's own variables, only those that a runner has too. */
export function createEnvironment(sources: EnvironmentSources): Record<string, string> {
  const { scratch } = sources.directories;
  const below: Record<string, string> = {
    ...inherit(process.env),
    ...Object.fromEntries(['TMPDIR', 'TEMP', 'TMP'].map((name) => [name, scratch])),
    CI: 'true',
    ...Object.fromEntries(sources.exported),
    ...rename(sources.state, (name) => `STATE_${name}`),
    ...rename(sources.inputs, (name) => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`),
  };
  return {
    ...below,
    PATH: [...sources.path.toReversed(), below['PATH'] ?? ''].join(path.delimiter),
    ...describeJob(sources.directories),
    ...sources.files,
    ...(sources.debug && { RUNNER_DEBUG: '1' }),
    ...sources.given,
    GITHUB_ACTIONS: 'true',
  };
}

function inherit(environment: NodeJS.ProcessEnv): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of inherited) {
    const value = environment[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

function rename(
  values: Readonly<Record<string, string>>,
  name: (key: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [name(key), value]));
}

/** https://docs.github.com/actions/reference/variables-reference#default-environment-variables */
function describeJob(directories: Directories): Record<string, string> {
  return {
    GITHUB_ACTION: 'token',
    GITHUB_ACTOR: 'octocat',
    GITHUB_ACTOR_ID: '583231',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_BASE_REF: '',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: getEventPath(directories.temp),
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_HEAD_REF: '',
    GITHUB_JOB: 'build',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    GITHUB_REPOSITORY_ID: '1296269',
    GITHUB_REPOSITORY_OWNER: 'octo-org',
    GITHUB_REPOSITORY_OWNER_ID: '6811672',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1658821493',
    GITHUB_RUN_NUMBER: '3',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
    GITHUB_TRIGGERING_ACTOR: 'octocat',
    GITHUB_WORKFLOW: 'CI',
    GITHUB_WORKFLOW_REF: 'octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main',
    GITHUB_WORKFLOW_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
    GITHUB_WORKSPACE: directories.workspace,
    RUNNER_ARCH: runnerArchitectures[process.arch] ?? process.arch,
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 1',
    RUNNER_OS: runnerSystems[process.platform] ?? process.platform,
    RUNNER_TEMP: directories.temp,
    RUNNER_TOOL_CACHE: directories.toolCache,
    RUNNER_WORKSPACE: path.dirname(directories.workspace),
  };
}

const runnerSystems: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS',
  linux: 'Linux',
  win32: 'Windows',
};

const runnerArchitectures: Partial<Record<NodeJS.Architecture, string>> = {
  arm: 'ARM',
  arm64: 'ARM64',
  ia32: 'X86',
  x64: 'X64',
};

/** Gives the path of the event's payload under RUNNER_TEMP. */
export function getEventPath(temp: string): string {
  return path.join(temp, '_github_workflow', 'event.json');
}
