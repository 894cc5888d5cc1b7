import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The folders of src/ that each folder may import from; itself is always allowed. */
const arrows = {
  action: ['cache', 'retry', 'oauth2', 'http'],
  cache: ['http', 'oauth2/access-token.ts'],
  oauth2: ['http'],
  retry: [],
  http: [],
};

/** The packages that only some places may import. */
const packages = [
  {
    name: '@actions/core',
    allowed: ['src/action/**'],
    message: 'only src/action talks to the runner.',
  },
  {
    name: '@actions/http-client',
    allowed: ['src/http/**'],
    message: 'only src/http talks to the network.',
  },
  {
    name: '@actions/cache',
    allowed: ['src/save.ts', 'test/**'],
    message: 'only the child process in src/save.ts may load it.',
  },
];

const zones = Object.entries(arrows).map(([folder, targets]) => ({
  target: `./src/${folder}`,
  from: './src',
  except: [folder, ...targets].map((target) => `./${target}`),
  message: `src/${folder} may import only from: ${[folder, ...targets].join(', ')}.`,
}));

const restrictedImports = (names) => [
  'error',
  {
    paths: names.map(({ name, message }) => ({ name, message })),
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', 'reports/', '.stryker-tmp/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.mjs'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-restricted-imports': restrictedImports(packages) },
  },
  ...packages.map(({ name, allowed }) => ({
    files: allowed,
    rules: {
      'no-restricted-imports': restrictedImports(packages.filter((other) => other.name !== name)),
    },
  })),
  {
    // node:test's test() and describe() return promises that the runner awaits.
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
);
