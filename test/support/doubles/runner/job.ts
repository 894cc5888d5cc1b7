/** A job: what its steps share, and how each step is run. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCommandFiles } from './command-files.ts';
import type { Command } from './commands.ts';
import { createEnvironment, type Directories, getEventPath } from './environment.ts';
import { RunnerError } from './errors.ts';
import { LeakWatch } from '../../leaks/leaks.ts';
import { createMasker } from './masker.ts';
import { completeInputs } from './metadata.ts';
import { OutputReader } from './output.ts';
import { type ProcessEnd, runProcess } from './process.ts';
import { type Annotation, Step } from './step.ts';

/** The options of a whole job. */
export interface JobOptions {
  /** Secrets that the runner knows from the start: the values of `secrets.*`. */
  masks?: readonly string[];
  /** Step debug logging: RUNNER_DEBUG=1, debug lines and commands in the log. */
  debug?: boolean;
  /** The event's payload, at GITHUB_EVENT_PATH. */
  eventPayload?: object;
  /** The caller's own directories, which stay afterwards. By default new ones, which are removed with the job. */
  workspace?: string;
  temp?: string;
  /** The program that runs the scripts; this process's own by default. */
  node?: string;
  /**
   * After this many milliseconds a script is killed, and its run throws. It protects against a hang; 60,000 by default.
   */
  timeoutMs?: number;
  /** Called with each line of the log when it is written, masked. It can show the log while the job runs. */
  onLog?: (line: string) => void;
  /** Kills the running script when it aborts, as the loss of a runner does. */
  lost?: AbortSignal;
}

/** The options of one step. */
export interface StepOptions {
  /** The path of the file that `runs.main` names. */
  script: string;
  /** The path of the file that `runs.post` names. */
  post?: string;
  /** The path of action.yml. It adds the defaults, and the warning about inputs that are not declared. */
  metadata?: string;
  /** `with:`, by name as written there. */
  inputs?: Readonly<Record<string, string>>;
  /** Variables in addition to the runner's own, or instead of them. */
  environment?: Readonly<Record<string, string>>;
  /** Such as `octo-org/oauth2-token@v1`. The log then begins with the step's inputs and variables, as on GitHub. */
  uses?: string;
  /** Inputs that this beginning shows as `***`, as the runner shows a value that is a secret. */
  hidden?: readonly string[];
}

/** The result of one script. */
export interface Run extends ProcessEnd {
  /**
   * `failure` for an exit code other than 0, and for a command or a command file that failed. An `::error::` is no
   * failure.
   */
  conclusion: 'success' | 'failure';
  outputs: Record<string, string>;
  /** Variables for later steps. */
  env: Record<string, string>;
  /** Directories that later steps find before the others in PATH. */
  path: string[];
  /** The state for the step's post script. */
  state: Record<string, string>;
  /** Masked. */
  summary: string;
  /** The commands that the runner obeyed, in order. */
  commands: Command[];
  /** The values given to add-mask, in order, each as a whole. */
  masks: string[];
  /** At most 10 of a level. */
  annotations: Annotation[];
  /** The errors of the runner itself, masked: commands that it refuses, files that it cannot read. */
  errors: string[];
  /** The deprecated commands that were used, once for each use. */
  deprecations: string[];
  /** The raw log, masked, without the time before each line. */
  log: string;
}

type Values = Readonly<Record<string, string>>;

interface Script {
  file: string;
  stage: 'main' | 'post';
  step: StepOptions;
  /** The state that an earlier script of the same step has saved. */
  state: Values;
}

/** A job's directories, and the parent of those that were made for it. */
export interface JobDirectories extends Directories {
  root: string;
}

/** How long the runner waits for output that another process holds open. */
const graceMs = 5000;

/** A running job: what its steps share. */
export class Job {
  readonly #options: JobOptions;
  readonly #directories: JobDirectories;
  readonly #masker = createMasker();
  readonly #exported = new Map<string, string>();
  #path: string[] = [];
  readonly #posts: Script[] = [];

  /** Takes the job's options, and its directories, which exist already. */
  constructor(options: JobOptions, directories: JobDirectories) {
    this.#options = options;
    this.#directories = directories;
    for (const secret of options.masks ?? []) this.#masker.add(secret.trim());
  }

  /**
   * Runs a step's main script, and keeps its post script for later. A script that is run by itself can get the state
   * that an earlier one saved. Throws as runAction does, and a LeakError where a secret is visible.
   */
  async run(step: StepOptions, state: Values = {}): Promise<Run> {
    const run = await this.#runScript({ file: step.script, stage: 'main', step, state });
    if (step.post !== undefined) {
      this.#posts.push({ file: step.post, stage: 'post', step, state: run.state });
    }
    return run;
  }

  /** Runs the post scripts of the steps so far, the last one's first, whether the steps failed or not. */
  async runPosts(): Promise<Run[]> {
    const runs: Run[] = [];
    for (let post = this.#posts.pop(); post !== undefined; post = this.#posts.pop()) {
      runs.push(await this.#runScript(post));
    }
    return runs;
  }

  /** Removes the directories that were made for the job. */
  async close(): Promise<void> {
    await rm(this.#directories.root, { recursive: true, force: true, maxRetries: 3 });
  }

  async #runScript(script: Script): Promise<Run> {
    const { debug = false, onLog } = this.#options;
    const step = new Step(this.#masker, debug, onLog);
    const inputs = await this.#begin(step, script);
    const files = await createCommandFiles(this.#directories.temp);
    const environment = createEnvironment({
      directories: this.#directories,
      exported: this.#exported,
      path: this.#path,
      state: script.state,
      inputs,
      files: files.environment,
      debug: this.#options.debug ?? false,
      given: script.step.environment ?? {},
    });
    const watch = this.#watch(script.step, inputs, environment);
    // What the runner writes before the script, mainly the inputs, does not come from the script.
    const begun = step.log.length;
    const end = await this.#execute(step, script.file, environment, watch);
    step.debug(`Node Action run completed with exit code ${end.exitCode ?? 'none'}`);
    await files.collect(step);
    this.#keep(step);
    const { annotations, summary, state, outputs, masks } = step;
    watch.check({ log: step.log.slice(begun), annotations, summary, state, outputs, masks });
    return summarize(step, end);
  }

  #watch({ metadata }: StepOptions, inputs: Values, environment: Values): LeakWatch {
    const { root, workspace, temp } = this.#directories;
    // Without these files the action masks nothing. It only reports the missing files.
    const hasFiles = [environment['GITHUB_OUTPUT'], environment['GITHUB_ENV']].every(Boolean);
    return new LeakWatch({
      masker: this.#masker,
      inputs,
      environment,
      masks: this.#options.masks ?? [],
      isAction: metadata !== undefined && hasFiles,
      directories: [root, workspace, temp],
    });
  }

  /** Gives the inputs of the step. Its log then has everything that comes before the script's own output. */
  async #begin(step: Step, { stage, step: options }: Script): Promise<Values> {
    const environment = options.environment ?? {};
    // The runner masks the tokens of the services that it offers.
    for (const name of ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN']) {
      this.#masker.add(environment[name] ?? '');
    }
    const { inputs, warning } = await completeInputs(options.inputs ?? {}, options.metadata);
    if (warning !== undefined) step.annotate('warning', warning);
    if (options.uses === undefined) return inputs;
    if (stage === 'post') {
      step.write('Post job cleanup.');
    } else {
      writeDetails(step, options.uses, hideInputs(inputs, options.hidden ?? []), {
        ...Object.fromEntries(this.#exported),
        ...environment,
      });
    }
    return inputs;
  }

  async #execute(
    step: Step,
    file: string,
    environment: Values,
    watch: LeakWatch,
  ): Promise<ProcessEnd> {
    const script = path.resolve(file);
    if (!existsSync(script)) {
      throw new RunnerError('script_missing', `${script} is not there.`);
    }
    const output = new OutputReader(step);
    try {
      return await runProcess({
        node: this.#options.node ?? process.execPath,
        script,
        directory: this.#directories.workspace,
        environment,
        timeoutMs: this.#options.timeoutMs ?? 60_000,
        graceMs,
        onStart: (pid) => {
          watch.start(pid);
        },
        ...(this.#options.lost !== undefined && { kill: this.#options.lost }),
        onLine: (line) => {
          watch.read(line);
          output.read(line);
        },
      });
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      const message = `${script}: ${error.message} Its log:\n${step.log}`;
      throw new RunnerError(error.code, message, { cause: error });
    }
  }

  /** Keeps what the step has set for later steps. */
  #keep(step: Step): void {
    for (const [name, value] of step.environment) this.#exported.set(name, value);
    for (const directory of step.path) {
      this.#path = [...this.#path.filter((other) => other !== directory), directory];
    }
  }
}

/** Makes what a job needs before its first step: its directories, except the given ones, and the event's payload. */
export async function makeDirectories(options: JobOptions): Promise<JobDirectories> {
  const root = await mkdtemp(path.join(tmpdir(), 'runner-'));
  const directories = {
    root,
    workspace: path.resolve(options.workspace ?? path.join(root, 'octo-repo', 'octo-repo')),
    temp: path.resolve(options.temp ?? path.join(root, '_temp')),
    toolCache: path.join(root, '_tool'),
    scratch: path.join(root, '_scratch'),
  };
  const event = getEventPath(directories.temp);
  const { workspace, toolCache, scratch } = directories;
  for (const directory of [workspace, toolCache, scratch, path.dirname(event)]) {
    await mkdir(directory, { recursive: true });
  }
  await writeFile(event, JSON.stringify(options.eventPayload ?? {}, undefined, 2));
  return directories;
}

function hideInputs(inputs: Values, hidden: readonly string[]): Values {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, hidden.includes(name) ? '***' : value]),
  );
}

/** The step's first lines on GitHub: its inputs, and the workflow's variables, which are not the runner's own. */
function writeDetails(step: Step, uses: string, inputs: Values, environment: Values): void {
  const variables = Object.entries(environment).filter(
    ([name]) => !/^(?:ACTIONS|GITHUB|RUNNER)_/.test(name),
  );
  const given = Object.entries(inputs).filter(([, value]) => value !== '');
  step.write(`##[group]Run ${uses}`);
  if (Object.keys(inputs).length > 0) step.write('with:');
  for (const [name, value] of given) step.write(`  ${name}: ${value}`);
  if (variables.length > 0) step.write('env:');
  for (const [name, value] of variables) step.write(`  ${name}: ${value}`);
  step.write('##[endgroup]');
}

function summarize(step: Step, end: ProcessEnd): Run {
  return {
    ...end,
    conclusion: end.exitCode === 0 && !step.failed ? 'success' : 'failure',
    outputs: Object.fromEntries(step.outputs),
    env: Object.fromEntries(step.environment),
    path: step.path,
    state: Object.fromEntries(step.state),
    summary: step.summary,
    commands: step.commands,
    masks: step.masks,
    annotations: step.annotations,
    errors: step.errors,
    deprecations: step.deprecations,
    log: step.log,
  };
}
