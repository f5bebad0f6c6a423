import eslint from '@eslint/js';
import graphql from '@graphql-eslint/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Where a value from outside is parsed and given its type: the only files that may say `as`. */
const BOUNDARIES = ['src/**/{rows,wire}.ts', 'src/core/ids.ts', 'src/core/identity.ts', 'test/support/cosmos/json.ts'];

/** Tools that ask for a default export. */
const TOOL_CONFIGS = ['*.config.js', 'codegen.ts', '.*.mjs'];

/** Syntax that is refused everywhere. ESLint replaces, never merges, a rule's options: hence the list in one place. */
const REFUSED = [
  { selector: 'ExportAllDeclaration', message: 'Import from the file that has it: barrels hide where things are.' },
  {
    selector:
      'CallExpression[callee.property.name=/^(only|skip|todo)$/][callee.object.name=/^(test|it|describe|suite)$/]',
    message: 'Every test runs, always.',
  },
  {
    selector: ':matches(TemplateElement[value.raw=/LIMIT [:?]/], Literal[value=/LIMIT [:?]/])',
    message: 'SQLite plans by the value of a bare LIMIT, and so prepares the statement anew each time: LIMIT +:name.',
  },
];

export default defineConfig(
  globalIgnores(['node_modules/', 'data/', 'coverage/', 'src/graphql/generated.ts']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.{ts,js,mjs}'],
    extends: [eslint.configs.recommended],
    rules: {
      // GraphQL's optional inputs are null or undefined, and `== null` is the way to say either.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', ...REFUSED],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      'object-shorthand': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      // `type` is for data and `interface` for ports: a difference of meaning, which no rule can see.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Things here are plain objects that close over their state: their methods do not need their object.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: BOUNDARIES,
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }] },
  },
  {
    files: ['**/*.{ts,js,mjs}'],
    ignores: TOOL_CONFIGS,
    rules: {
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 350 }],
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:process', importNames: ['default', 'env'], message: 'src/config.ts reads it.' }] },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'src/config.ts reads the environment, once.' },
      ],
    },
  },
  { files: ['src/config.ts'], rules: { 'no-restricted-imports': 'off', 'no-restricted-properties': 'off' } },
  { files: ['src/main.ts', 'src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/{index,util,utils,helper,helpers,common,manager,base}.ts', '**/*[A-Z_]*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Program', message: 'A file is named in kebab-case, for the one idea it holds.' },
      ],
    },
  },
  {
    files: ['schema.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: `${import.meta.dirname}/schema.graphql` } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          Argument: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
        },
      ],
      '@graphql-eslint/no-hashtag-description': 'error',
      '@graphql-eslint/no-typename-prefix': 'error',
      '@graphql-eslint/no-unreachable-types': 'error',
      '@graphql-eslint/require-deprecation-reason': 'error',
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true },
      ],
      '@graphql-eslint/relay-connection-types': 'error',
      '@graphql-eslint/relay-page-info': 'error',
    },
  },
);
