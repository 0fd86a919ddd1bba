/** Rules that need types, and docstrings on exports; format and cheap lint are Biome's. */
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const CLOCK_AND_CHANCE = [
  { object: 'Date', property: 'now', message: 'the clock comes in as an argument' },
  { object: 'Math', property: 'random', message: 'random numbers come from a seeded generator that is passed in' },
  { object: 'process', property: 'env', message: 'settings come in as arguments' },
];

export default tseslint.config(
  { ignores: ['dist/**', '.build-*/**', 'node_modules/**', '**/*.cjs', '**/*.mjs', '*.js'] },
  {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-depth': ['error', 3],
      'max-params': ['error', 3],
    },
  },
  {
    files: ['core/**/*.ts', 'pipeline/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', ...CLOCK_AND_CHANCE] },
  },
  {
    // Temporal's sandbox replaces clock and chance by replayable ones; settings come in with the spec.
    files: ['workflows/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', ...CLOCK_AND_CHANCE.filter(({ object }) => object === 'process')] },
  },
  {
    files: ['core/**/*.ts', 'pipeline/**/*.ts', 'adapters/**/*.ts'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': ['error', { publicOnly: true, require: { FunctionDeclaration: true, ClassDeclaration: true, MethodDefinition: false } }],
    },
  },
  {
    // A test's describe and it return promises that node:test itself awaits.
    files: ['tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['describe', 'it', 'test', 'suite'], package: 'node:test' }] }],
      'max-params': 'off',
    },
  },
);
