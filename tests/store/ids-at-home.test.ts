import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ENGINE_RIGHTS } from '../../src/domain/catalog/catalog';
import { findPackageRoot } from '../../src/platform/package-root';

const ROOT = findPackageRoot();
const FOLDERS = ['src', 'migrations', 'dev'];

/**
 * Where a word that some catalog uses as a name means something else: the file or folder, the words, and what they mean there.
 * Each must be found, so that none outlives its reason.
 */
const OTHER_MEANINGS: readonly (readonly [path: string, words: readonly string[], meaning: string])[] = [
  ['migrations/0002_ledger.sql', ['free'], 'the free part of a lot'],
  ['migrations/0005_ledger_functions.sql', ['free'], 'the free part of a lot'],
  ['migrations/0011_expiry_at_its_instant.sql', ['free'], 'the free part of a lot'],
  [
    'migrations/0021_allowances_and_exclusive_holds.sql',
    ['free'],
    'the free part of a lot; a hold of nothing',
  ],
  ['src/audit/ledger/hold-checks.ts', ['free'], 'a hold of nothing'],
  ['src/ledger/commands.ts', ['free'], 'a hold of nothing'],
  [
    'migrations/0006_contracts_and_portal.sql',
    ['Custom', 'Custom plan'],
    'a file that has run is not edited',
  ],
  ['migrations/0003_app.sql', ['license'], 'the kind of a record'],
  ['migrations/0022_spends_of_any_kind.sql', ['license'], 'the kind of a record, and what is delivered'],
  ['migrations/0023_external_work.sql', ['license'], 'the kind of a record'],
  ['src/store/licenses.ts', ['license'], 'the kind of a record'],
  ['src/store/spends.ts', ['license'], 'what is delivered'],
  ['src/store/catalogs/format.ts', ['license'], 'what is delivered'],
  ['src/store/catalogs/compile-catalog.ts', ['license'], 'what is delivered'],
  ['src/api/operations/belongings.ts', ['license'], 'the kind of a thing'],
  ['src/api/operations/catalog/catalog-view.ts', ['license'], 'what is delivered'],
  ['src/domain/actions/inputs.ts', ['license'], 'what is delivered'],
  ['src/domain/actions/license.ts', ['license'], 'what is delivered'],
  ['src/domain/catalog/catalog.ts', ['license'], 'what is delivered'],
  ['src/domain/spends/began-before.ts', ['license'], 'what is delivered'],
  ['src/activities/subscriptions/plan-line.ts', ['trial'], 'a trial'],
  ['src/domain/subscriptions/reader.ts', ['trial'], 'a trial'],
  ['src/store/subscriptions.ts', ['trial'], 'a trial'],
  ['src/workflows/spends/spend.ts', ['answer'], 'an answer'],
  ['src/store/catalogs/format.ts', ['custom'], "zod's code of an issue"],
  ['src/platform/say-fault.ts', ['custom'], "zod's code of an issue"],
  ['dev/stripe-simulator/http/params.ts', ['custom'], "zod's code of an issue"],
  ['dev/stripe-simulator/operations/payment-methods.ts', ['company'], 'who holds an account, at Stripe'],
  ['src/api/operations/webhooks/receive-jobs-webhook.ts', ['Standard'], 'Standard Webhooks'],
  ['src/jobs', ['Standard'], 'Standard Webhooks'],
  ['src/platform/formats.ts', ['Standard'], 'Standard Webhooks'],
  ['dev/stack/secrets.ts', ['Standard'], 'Standard Webhooks'],
  ['dev/studio/README.md', ['Standard'], 'Standard Webhooks'],
  ['dev/studio/jobs/webhooks.ts', ['Standard'], 'Standard Webhooks'],
  ['dev/studio/style/style.ts', ['Standard'], 'a standard deviation'],
  ['src/domain/subscriptions/state.ts', ['Trial'], 'a trial'],
  ['dev/studio/start-studio.ts', ['Studio'], 'the job provider that comes along'],
  ['dev/studio', ['studio'], 'the job provider that comes along'],
  ['dev/stack', ['studio'], 'the job provider that comes along'],
  ['dev/sandbox', ['studio'], 'the job provider that comes along'],
];

const names = namesOfCatalogs();
const files = FOLDERS.flatMap(filesBelow).filter((path) => !path.endsWith('.test.ts'));

describe('the catalogs that come along', () => {
  it('are read for their names', () => {
    expect([...names.ids]).toEqual(
      expect.arrayContaining(['free', 'generate_images', 'add_on_1000', 'render_video']),
    );
    expect([...names.plans]).toEqual(expect.arrayContaining(['Free', 'Visitor']));
    expect([...names.rights]).toEqual(expect.arrayContaining(['train', 'license', 'ownData']));
    expect(files.length).toBeGreaterThan(400);
  });

  it('are named by no source file: plans, actions, packs and rights are data', () => {
    const found = files
      .flatMap(namedIn)
      .filter(({ path, word }) => !meaningsAt(path).some(({ words }) => words.includes(word)))
      .map(({ path, line, word }) => `${path}:${line} names ${word}`);
    expect(found).toEqual([]);
  });

  it('share the words that mean something else in a file, each for a reason that still holds', () => {
    const found = files.flatMap(namedIn);
    const idle = OTHER_MEANINGS.flatMap(([place, words]) =>
      words
        .filter((word) => !found.some((each) => isAt(each.path, place) && each.word === word))
        .map((word) => `${place} has no ${word} any more`),
    );
    expect(idle).toEqual([]);
  });

  it.each([
    ["if (plan === 'standard') grant();", ['standard']],
    ['-- What a customer of the Custom plan agreed upon.', ['Custom', 'Custom plan']],
    ["WHEN 'train_model' THEN 300", ['train_model']],
    ['/** Free customers get a watermark. */', ['Free']],
    ['price of generate_images, in credits', ['generate_images']],
    ['rights.longAnswers === true', ['longAnswers']],
    ["requires: 'train'", ['train']],
    ['the plan pro costs more', ['plan pro']],
    ['a free port, a standard way, the answer of a team', []],
    ["stripe.product('standardize'), generateImages(free)", []],
  ])('would be found in %s', (text, words) => {
    expect(wordsIn(text).sort()).toEqual(words.sort());
  });
});

interface Named {
  readonly path: string;
  readonly line: number;
  readonly word: string;
}

function namedIn(path: string): Named[] {
  return readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .flatMap((text, index) => wordsIn(text).map((word) => ({ path, line: index + 1, word })));
}

/**
 * Ids that are no English word are found wherever they stand whole. The others only where they are a name: quoted alone, beside
 * the word plan, action or pack, or as a plan's name in capitals.
 */
function wordsIn(text: string): string[] {
  const quotable = [...names.ids, ...names.rights].join('|');
  const unlike = [...names.ids, ...names.rights].filter((id) => /[_A-Z]/.test(id)).join('|');
  const ids = [...names.ids].join('|');
  const patterns = [
    new RegExp(`(?<![A-Za-z0-9_])(?:${unlike})(?![A-Za-z0-9_])`, 'g'),
    new RegExp(`(?<=(['"\`]))(?:${quotable})(?=\\1)`, 'g'),
    new RegExp(
      `\\b(?:plans?|actions?|packs?) (?:${ids})\\b|\\b(?:${ids}) (?:plans?|actions?|packs?)\\b`,
      'gi',
    ),
    new RegExp(`(?<![A-Za-z0-9_'"\`.])(?:${[...names.plans].join('|')})(?![A-Za-z0-9_])`, 'g'),
  ];
  return [...new Set(patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([word]) => word)))];
}

function meaningsAt(path: string) {
  return OTHER_MEANINGS.filter(([place]) => isAt(path, place)).map(([, words]) => ({ words }));
}

function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path];
  });
}

interface CatalogText {
  readonly plans: Readonly<Record<string, { readonly name: string; readonly rights?: object }>>;
  readonly actions: object;
  readonly packs: object;
}

function namesOfCatalogs() {
  const catalogs = readdirSync(join(ROOT, 'catalog'))
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'))
    .map((file) => parse(readFileSync(join(ROOT, 'catalog', file), 'utf8')) as CatalogText);
  const plans = catalogs.flatMap((catalog) => Object.values(catalog.plans));
  const rights = plans.flatMap((plan) => Object.keys(plan.rights ?? {}));
  return {
    ids: new Set(
      catalogs.flatMap((catalog) => [catalog.plans, catalog.actions, catalog.packs].flatMap(Object.keys)),
    ),
    plans: new Set(plans.map(({ name }) => name)),
    rights: new Set(rights.filter((right) => !ENGINE_RIGHTS.some((own) => own === right))),
  };
}
