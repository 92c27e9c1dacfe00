import { Client } from 'pg';
import type { HoldCommand } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { readMigration, readMigrations } from '../../src/platform/migrations';
import { createEmptyDatabase, type TestDatabase } from '../support/database';
import { hold, instantAt } from './model/commands';

/** The first migration that knows exclusive and free holds. */
const FIRST = '0021';

describe('a ledger that sold licences before a hold could be exclusive', () => {
  let database: TestDatabase;
  let owner: Client;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    owner = new Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const names = await readMigrations();
    for (const name of names.filter((name) => name < FIRST)) await owner.query(await readMigration(name));
    await owner.query(`
      INSERT INTO app.customers (id, external_id, created_at) VALUES ('fan', 'fan', now()), ('artist', 'artist', now());
      INSERT INTO app.catalogs (version, document, published_at) VALUES ('v1', '{}', now());
      INSERT INTO app.models (id, owner_id, name, visibility, status, version, created_at)
        VALUES ('mdl', 'artist', 'Waves', 'public', 'ready', 'v', now());
      ${spends({ made: 'succeeded', train: 'failed', run: 'running' })}
      INSERT INTO app.images (id, owner_id, model_id, spend_id, position, visibility, width, height, object_key, rights, created_at)
        VALUES ('img', 'artist', 'mdl', 'made', 0, 'public', 64, 64, 'img.png', '{}', now());`);
    await owner.query('SELECT * FROM ledger.apply_batch($1::jsonb)', [JSON.stringify(PAST)]);
    for (const name of names.filter((name) => name >= FIRST)) await owner.query(await readMigration(name));
  });

  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  it('still holds them, and knows which work was done', async () => {
    const { rows } = await owner.query(
      'SELECT id, exclusive, free, fulfilled, given_back FROM ledger.holds ORDER BY id',
    );
    const common = { exclusive: null, free: false, given_back: null };
    expect(rows).toEqual([
      { ...common, id: 'hld_ext_done', fulfilled: true },
      { ...common, id: 'hld_ext_void', fulfilled: false },
      { ...common, id: 'hld_lic', exclusive: 'license:img', fulfilled: true },
      { ...common, id: 'hld_made', fulfilled: true },
      { ...common, id: 'hld_run', fulfilled: null },
      { ...common, id: 'hld_train', fulfilled: false },
    ]);
    const ledger = createLedger({ databaseUrl: database.appUrl });
    const submit = (id: string, more: Partial<HoldCommand>) =>
      ledger.submit({ ...hold('fan', id, 100, { effectiveAt: instantAt(1) }), ...more });
    expect(await submit('again', { exclusive: 'license:img' })).toMatchObject({
      outcome: 'already_held',
      reply: { holdId: 'hld_lic', spendId: 'lic' },
    });
    expect(await submit('fresh', { exclusive: 'license:other' })).toMatchObject({ outcome: 'applied' });
    // What failed took no place; what was done did.
    const first = { firstFree: 1, recordsIfFree: [] };
    expect(await submit('train-2', { action: 'train_model', ...first })).toMatchObject({
      reply: { free: true },
    });
    const { reply } = await submit('made-2', { action: 'generate_images', ...first });
    expect(reply.free).toBeUndefined();
    await ledger.close();
  });
});

function spends(byId: Readonly<Record<string, string>>): string {
  return Object.entries(byId)
    .map(
      ([id, status]) => `
      INSERT INTO app.spends (id, customer_id, action, input, status, unit_credits, quantity, reserved, captured, released,
        catalog_version, rights, workflow_id, created_at, updated_at)
      VALUES ('${id}', 'fan', 'generate_images', '{}', '${status}', 1, 1, 5, ${status === 'succeeded' ? '5, 0' : status === 'failed' ? '0, 5' : '0, 0'},
        'v1', '{}', 'spend/${id}', now(), now());`,
    )
    .join('');
}

/** Commands as they were sent then. */
const PAST = [
  command('grant', 'signup', { credits: 1000, grant_id: 'grt', source: 'signup' }),
  command('hold', 'made/hold', {
    credits: 5,
    hold_id: 'hld_made',
    action: 'generate_images',
    spend_id: 'made',
  }),
  command('settle', 'made/settle', { credits: 5, hold_id: 'hld_made' }),
  command('hold', 'train/hold', {
    credits: 5,
    hold_id: 'hld_train',
    action: 'train_model',
    spend_id: 'train',
  }),
  command('settle', 'train/settle', { credits: 0, hold_id: 'hld_train' }),
  command('hold', 'run/hold', {
    credits: 5,
    hold_id: 'hld_run',
    action: 'train_model_later',
    spend_id: 'run',
  }),
  command('hold', 'ext_done', { credits: 5, hold_id: 'hld_ext_done', action: 'external', capture: true }),
  command('hold', 'ext_void', { credits: 5, hold_id: 'hld_ext_void', action: 'external' }),
  command('void', 'ext_void/void', { hold_id: 'hld_ext_void', expired: false }),
  command('hold', 'lic/hold', {
    ...{ credits: 100, hold_id: 'hld_lic', action: 'license_image', spend_id: 'lic', capture: true },
    license_of: 'img',
    records: [
      {
        kind: 'spend',
        row: {
          ...{ id: 'lic', customer_id: 'fan', action: 'license_image', input: {}, status: 'succeeded' },
          ...{
            unit_credits: 100,
            quantity: 1,
            reserved: 100,
            captured: 100,
            catalog_version: 'v1',
            rights: {},
          },
          ...{ workflow_id: 'spend/lic', created_at: instantAt(0), updated_at: instantAt(0) },
        },
      },
      {
        kind: 'license',
        row: {
          ...{ id: 'lic_1', image_id: 'img', customer_id: 'fan', spend_id: 'lic', terms: 'v1', credits: 100 },
          created_at: instantAt(0),
        },
      },
    ],
  }),
];

function command(op: string, key: string, members: Readonly<Record<string, unknown>>) {
  return {
    ...{ op, key, fingerprint: '', wallet_id: 'fan', effective_at: instantAt(0), reason: key },
    ...members,
  };
}
