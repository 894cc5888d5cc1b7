/** The folders and files of src/ that each folder may import from, besides itself. */
const everythingBelowAction = [
  'surroundings.ts',
  'clock.ts',
  'reuse',
  'exchange',
  'wording',
  'failures',
  'masks',
  'inputs',
  'id-token',
  'log',
  'cache',
  'oauth2',
  'retry',
  'http',
];
const arrows = {
  action: everythingBelowAction,
  reuse: [
    'surroundings.ts',
    'clock.ts',
    'exchange',
    'wording',
    'masks',
    'inputs',
    'id-token',
    'log',
    'cache',
    'oauth2',
    'http',
  ],
  exchange: [
    'surroundings.ts',
    'clock.ts',
    'wording',
    'failures',
    'masks',
    'inputs',
    'id-token',
    'log',
    'oauth2',
    'retry',
    'http',
  ],
  wording: ['failures', 'inputs', 'id-token', 'log', 'oauth2', 'retry', 'http'],
  failures: ['inputs', 'id-token', 'retry'],
  masks: ['inputs', 'log', 'oauth2'],
  inputs: ['log', 'oauth2', 'http'],
  'id-token': ['surroundings.ts', 'clock.ts', 'oauth2', 'http'],
  log: [],
  cache: [
    'surroundings.ts',
    'clock.ts',
    'http',
    'oauth2/access-token.ts',
    'oauth2/json-object.ts',
    'oauth2/json',
  ],
  oauth2: ['http'],
  retry: ['surroundings.ts', 'clock.ts'],
  http: [],
};

/** The packages of the runtime, and the only place that may import each. */
const packages = {
  '@actions/core': '^src/(action|log)/',
  '@actions/cache': '^src/save\\.ts$',
};

const folderRules = Object.entries(arrows).map(([folder, targets]) => ({
  name: `arrows-from-${folder}`,
  comment: `src/${folder} may import only from: ${[folder, ...targets].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(src|test|demo|tools|bench|from-curl)/',
    pathNot: [folder, ...targets].map((target) => `^src/${target}(/|$)`),
  },
}));

const packageRules = Object.entries(packages).map(([name, place]) => ({
  name: `only-there-${name.replace('@actions/', '')}`,
  comment: `Only ${place} may import ${name}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: [place, '\\.test\\.ts$'] },
  to: { path: `node_modules/${name}/` },
}));

export default {
  forbidden: [
    ...folderRules,
    ...packageRules,
    {
      name: 'arrows-from-from-curl',
      comment:
        'The converter takes from the action what is secret by its name, and the checks of the inputs.',
      severity: 'error',
      from: { path: '^from-curl/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(src|test|demo|tools|bench)/',
        pathNot: '^src/(inputs|log)/',
      },
    },
    {
      name: 'from-curl-in-a-browser',
      comment: 'What converts a command runs in a browser, too.',
      severity: 'error',
      from: {
        path: '^from-curl/',
        pathNot: ['\\.test\\.ts$', '^from-curl/from-curl\\.ts$', '^from-curl/checks/keys\\.ts$'],
      },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'one-seed',
      comment: 'Property tests import test/support/making/fast-check.ts, which fixes the seed.',
      severity: 'error',
      from: { pathNot: '^test/support/making/fast-check\\.ts$' },
      to: { path: 'node_modules/fast-check/' },
    },
    {
      name: 'runtime-packages-only',
      comment: 'What is in the bundle is a dependency, not a devDependency.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.d.ts'],
    },
  },
};
