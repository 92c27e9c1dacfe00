/**
 * The direction of imports. `from` may import what is listed, itself, Node and npm packages; nothing else.
 * platform knows nothing of credits: of the domain it sees only what an instant is.
 */
const PARTS = ['domain', 'platform', 'ledger', 'store', 'payments', 'jobs', 'media'];
const MAY_IMPORT = {
  domain: [],
  platform: ['domain/instants.ts'],
  ledger: ['domain', 'platform'],
  store: ['domain', 'platform', 'ledger'],
  payments: ['domain', 'platform'],
  jobs: ['domain', 'platform'],
  media: ['domain', 'platform'],
  activities: [...PARTS, 'workflows/messages.ts', 'workflows/*/messages.ts'],
  audit: [...PARTS, 'activities', 'workflows/messages.ts', 'workflows/*/messages.ts'],
  import: [...PARTS, 'activities', 'workflows/messages.ts', 'workflows/*/messages.ts'],
  chores: [...PARTS, 'activities', 'audit', 'workflows/messages.ts', 'workflows/*/messages.ts'],
  api: [...PARTS, 'audit', 'workflows/messages.ts', 'workflows/*/messages.ts'],
  workflows: ['domain'],
};

/** Ports of a neighbour that a layer knows by type alone. */
const MAY_KNOW_TYPES_OF = { store: ['payments/payments.ts', 'jobs/jobs.ts'], workflows: ['activities'] };

const pathsOf = (targets) =>
  targets.map((target) =>
    target.endsWith('.ts') ? `^src/${target.replace('*', '[^/]+')}$` : `^src/${target}/`,
  );

const layers = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `${layer}-imports`,
  comment: `src/${layer} may import ${allowed.join(', ') || 'nothing'} besides itself`,
  severity: 'error',
  // The tests that lie next to the code may import what they need to drive it.
  from: { path: `^src/${layer}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(src|dev|tests)/',
    pathNot: pathsOf([layer, ...allowed, ...(MAY_KNOW_TYPES_OF[layer] ?? [])]),
  },
}));

const typesOnly = Object.entries(MAY_KNOW_TYPES_OF).map(([layer, targets]) => ({
  name: `${layer}-types-only`,
  comment: `src/${layer} knows ${targets.join(', ')} by type alone`,
  severity: 'error',
  from: { path: `^src/${layer}/`, pathNot: '\\.test\\.ts$' },
  to: { path: pathsOf(targets), dependencyTypesNot: ['type-only'] },
}));

/** Rooms that only some may enter; their own tests and the stand-ins in dev/ aside. */
const MAY_BE_IMPORTED_BY = {
  chores: ['src/main', 'dev', 'tests'],
  audit: ['src/api', 'src/chores', 'src/main', 'dev', 'tests'],
  import: ['src/main', 'tests'],
};

const callers = Object.entries(MAY_BE_IMPORTED_BY).map(([room, allowed]) => ({
  name: `${room}-is-imported-by`,
  comment: `src/${room} is imported by ${allowed.join(', ')} alone`,
  severity: 'error',
  from: { path: '^(src|dev|tests)/', pathNot: [`src/${room}`, ...allowed].map((from) => `^${from}/`) },
  to: { path: `^src/${room}/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    ...typesOnly,
    ...callers,
    {
      name: 'api-knows-workflows-by-messages',
      comment: 'A room of workflows is imported by the API by its messages.ts alone.',
      severity: 'error',
      from: { path: '^src/api/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/workflows/', pathNot: '/messages\\.ts$' },
    },
    {
      name: 'activities-import-no-room-above',
      comment: 'Chores, audit and import use activities, never the other way round.',
      severity: 'error',
      from: { path: '^src/activities/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(chores|audit|import)/' },
    },
    {
      name: 'http-serves-whatever-it-is-given',
      comment:
        'The machine of the API knows what an error, an instant and a possible id are, and no more of the product.',
      severity: 'error',
      from: { path: '^src/api/http/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^src/',
        pathNot: '^src/(api/http|platform)/|^src/domain/(errors|instants|possible-id)\\.ts$',
      },
    },
    {
      name: 'temporal-serves-every-room',
      comment: 'How operations ask workflows knows none of the operations.',
      severity: 'error',
      from: { path: '^src/api/temporal/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/api/operations/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'No package, no Node: the domain runs in the workflow sandbox and in a browser.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '\\.test\\.ts$' },
      to: { path: '.', pathNot: '^src/domain/' },
    },
    {
      name: 'workflows-are-deterministic',
      comment: 'Only the SDK parts that are made for the sandbox.',
      severity: 'error',
      from: { path: '^src/workflows/', pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev'],
        pathNot: '^node_modules/@temporalio/(workflow|common)/',
      },
    },
    {
      name: 'stripe-in-payments-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/payments/' },
      to: { path: '^node_modules/stripe/' },
    },
    {
      name: 'languages-of-catalogs-in-their-reader-only',
      comment:
        'What a formula and an input rule are written in is known where catalogs are read; all others get functions.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/catalogs/' },
      to: { path: '^node_modules/(@marcbachmann/cel-js|ajv|ajv-formats)/' },
    },
    {
      name: 'catalogs-are-read-by-the-store',
      comment: 'Whoever needs a version asks src/store/catalogs.ts for it; the command line reads files.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(store/catalogs(/|\\.ts$)|main/cli/)|\\.test\\.ts$' },
      to: { path: '^src/store/catalogs/' },
    },
    {
      name: 'temporal-where-work-is-started-and-done',
      comment: 'What is kept, paid, made and audited does not depend on who calls it.',
      severity: 'error',
      from: { path: '^src/(ledger|store|payments|jobs|media|audit|chores)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^node_modules/@temporalio/' },
    },
    {
      name: 'pictures-in-media-only',
      comment: 'Whatever decodes a picture runs there, or in the program of its own that main is for it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(media/|main/prepare-upload\\.ts$)|\\.test\\.ts$' },
      to: { path: '^node_modules/(sharp|@img)/' },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: { path: '^(src|dev|tests)/', pathNot: '^src/main/' },
      to: { path: '^src/main/' },
    },
    {
      name: 'src-never-imports-dev-or-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(dev|tests)/', pathNot: '^tests/support/' },
    },
    {
      name: 'dev-never-imports-tests',
      severity: 'error',
      from: { path: '^dev/' },
      to: { path: '^tests/', pathNot: '^tests/(support|fixtures)/' },
    },
    {
      name: 'production-dependencies-only',
      comment: 'What runs in production is installed in production.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.json'],
    },
  },
};
