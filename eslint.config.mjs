import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const CLOCK = 'Ask a Clock (src/platform/clock.ts): what decides never reads the wall clock itself.';
const ZONE = 'This reads the zone of the machine. Work in UTC.';

const LOCAL_DATE_METHODS = [
  ...[
    'getDate',
    'getDay',
    'getFullYear',
    'getHours',
    'getMilliseconds',
    'getMinutes',
    'getMonth',
    'getSeconds',
  ],
  ...['getTimezoneOffset', 'getYear', 'setDate', 'setFullYear', 'setHours', 'setMilliseconds', 'setMinutes'],
  ...[
    'setMonth',
    'setSeconds',
    'setYear',
    'toDateString',
    'toLocaleDateString',
    'toLocaleTimeString',
    'toTimeString',
  ],
];

const wallClock = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: CLOCK },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
  { selector: "CallExpression[callee.name='Date']", message: CLOCK },
];
const localTime = [
  { selector: `CallExpression[callee.property.name=/^(${LOCAL_DATE_METHODS.join('|')})$/]`, message: ZONE },
  { selector: "NewExpression[callee.name='Date'][arguments.length>1]", message: ZONE },
];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.scrip/', 'tests/fixtures/', 'tests/histories/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A function that answers nothing may be called where the answer is not looked at: `() => close()`.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Express and Temporal await what they are given.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...wallClock, ...localTime],
    },
  },
  {
    // The clock itself; ids, whose time only sorts them; workflows, where Temporal replaces Date with the workflow's clock.
    files: [
      'src/platform/clock.ts',
      'src/platform/ids.ts',
      'src/workflows/**/*.ts',
      'tests/**/*.ts',
      '**/*.test.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...localTime] },
  },
  {
    files: ['tests/**/*.ts', '**/*.test.ts'],
    rules: {
      // Asserts by throwing at the line that matters; a test's data is known.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Programs for people speak on the terminal.
    files: ['src/main/cli.ts', 'src/main/cli/**/*.ts', 'dev/stack/**/*.ts', 'dev/drill/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    extends: [tseslint.configs.recommended],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
