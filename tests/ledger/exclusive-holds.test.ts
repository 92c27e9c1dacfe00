import { credits } from '../../src/domain/credits';
import type { HoldCommand, LedgerCommand } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { admit, externalHold, grant, hold, instantAt, settle } from './model/commands';
import { listOffences } from './model/list-offences';
import { useLedger } from './use-ledger';

describe('a hold with a key that a wallet can hold once', () => {
  const { database, db, ledger } = useLedger(async ({ database }) => {
    const owner = createDatabase(database.ownerUrl, { connectionsMax: 1 });
    const rows =
      owner.raw(`INSERT INTO app.customers (id, external_id, created_at) VALUES ('licensee', 'licensee', now()), ('artist', 'artist', now());
       INSERT INTO app.catalogs (version, document, published_at) VALUES ('v1', '{}', now());
       INSERT INTO app.models (id, owner_id, name, visibility, status, version, created_at)
         VALUES ('mdl', 'artist', 'Waves', 'public', 'ready', 'v', now());
       INSERT INTO app.spends (id, customer_id, action, input, status, unit_credits, quantity, reserved, catalog_version, rights,
         runs, deadline_at, workflow_id, created_at, updated_at)
         VALUES ('spd', 'artist', 'generate_images', '{}', 'running', 1, 1, 1, 'v1', '{}', 'provider', now(), 'spend/spd', now(), now());
       INSERT INTO app.images (id, owner_id, model_id, spend_id, position, visibility, width, height, object_key, rights, created_at)
         VALUES ('img', 'artist', 'mdl', 'spd', 0, 'public', 64, 64, 'img.png', '{}', now());`);
    await rows.finally(() => owner.destroy());
  });

  afterEach(async () => {
    expect(await listOffences(db)).toEqual([]);
  });

  const submit = (command: LedgerCommand) => ledger.submit(command);

  /** A licence as the worker sells it: spend, licence and credits in one transaction; the second time without credits. */
  const license = (spendId: string, held?: string): HoldCommand => {
    const price = held === undefined ? 100 : 0;
    const spend = {
      ...{
        id: spendId,
        customer_id: 'licensee',
        action: 'license_image',
        input: {},
        runs: 'nothing',
        status: 'succeeded',
      },
      ...{
        unit_credits: 100,
        quantity: 1,
        reserved: price,
        captured: price,
        released: 0,
        catalog_version: 'v1',
      },
      ...{ rights: {}, result: { licenseId: held ?? `lic_${spendId}` }, workflow_id: `spend/${spendId}` },
      ...{ created_at: instantAt(0), updated_at: instantAt(0) },
    };
    const sold = {
      ...{ id: `lic_${spendId}`, image_id: 'img', customer_id: 'licensee', spend_id: spendId, terms: 'v1' },
      ...{ credits: 100, created_at: instantAt(0) },
    };
    const common = { action: 'license_image', capture: true };
    return held === undefined
      ? hold('licensee', spendId, 100, {
          ...common,
          exclusive: 'license:img',
          royalty: { creatorId: 'artist', credits: credits(20) },
          records: [
            { kind: 'spend', row: spend },
            { kind: 'license', row: sold },
          ],
        })
      : hold('licensee', spendId, 0, { ...common, records: [{ kind: 'spend', row: spend }] });
  };

  it('is captured once, however many processes ask at once; the others go on for nothing under their keys', async () => {
    await submit(grant('licensee', 'licensee-signup', 500));
    const processes = [ledger, createLedger({ databaseUrl: database.appUrl, lanes: 1 })];
    const ids = Array.from({ length: 8 }, (_, index) => `lic-spend-${String(index)}`);
    const results = await Promise.all(ids.map((id, index) => processes[index % 2]!.submit(license(id))));
    const sold = ids[results.findIndex(({ outcome }) => outcome === 'applied')]!;
    expect(results.map(({ outcome }) => outcome).sort()).toEqual([
      ...Array.from({ length: 7 }, () => 'already_held'),
      'applied',
    ]);
    for (const id of ids.filter((id) => id !== sold)) {
      const again = await submit(license(id));
      // Nothing is recorded under the key: it is asked anew.
      expect(again).toMatchObject({
        ...{ outcome: 'already_held', replayed: false },
        reply: { holdId: `hold_${sold}`, spendId: sold, available: 400, held: 0 },
      });
      const free = license(id, `lic_${sold}`);
      expect(await submit(free)).toMatchObject({
        outcome: 'applied',
        reply: { captured: 0, available: 400 },
      });
      expect(await submit(license(id))).toMatchObject({ outcome: 'applied', replayed: true });
    }
    const { rows } = await db.raw<{ rows: readonly { text: string }[] }>(
      `SELECT code || ' ' || credits || ' ' || key AS text FROM ledger.journal WHERE wallet_id = 'licensee' AND seq > 0 ORDER BY seq`,
    );
    expect(rows.map(({ text }) => text)).toEqual([
      'grant 500 licensee-signup',
      `hold 100 ${sold}/hold`,
      `capture 100 ${sold}/capture`,
      `royalty 20 ${sold}/royalty`,
    ]);
    const spends = await db.from('app.spends').where({ customer_id: 'licensee' }).select('result');
    expect(spends).toEqual(ids.map(() => ({ result: { licenseId: `lic_${sold}` } })));
    await processes[1]!.close();
  });

  it('is admitted without credits when the wallet has it, whatever else would refuse it', async () => {
    await submit(grant('owner', 'owner-signup', 10));
    await submit(hold('owner', 'owner-1', 10, { exclusive: 'once', capture: true }));
    const refusal = { code: 'plan_required', details: {} } as const;
    const poor = admit('owner', 'poor', 1_000_000, { exclusive: 'once', refusal });
    expect(await submit(poor)).toMatchObject({ outcome: 'already_held', reply: { spendId: 'owner-1' } });
    expect(await submit(admit('owner', 'poor', 1_000_000, { exclusive: 'other' }))).toMatchObject({
      outcome: 'insufficient_credits',
    });
    expect(await submit(hold('stranger', 'stranger-1', 0, { exclusive: 'once' }))).toMatchObject({
      outcome: 'applied',
    });
  });

  it('is free again after it was released whole, voided or expired, and not after it was refunded', async () => {
    await submit(grant('again', 'again-signup', 100));
    const place = (id: string) => submit(hold('again', id, 5, { exclusive: 'once' }));
    const external = { ...externalHold('again', 'again-ext', 5, instantAt(10)), exclusive: 'once' };
    await place('again-1');
    expect(await place('again-2')).toMatchObject({
      outcome: 'already_held',
      reply: { holdId: 'hold_again-1' },
    });
    await submit(settle('again', 'again-1', 0));
    expect(await submit(external)).toMatchObject({ outcome: 'applied' });
    const free = hold('again', 'again-3', 0, { exclusive: 'once', effectiveAt: instantAt(10) });
    expect(await submit(free)).toMatchObject({ outcome: 'applied' });
    // Work for nothing that failed holds nothing either.
    await submit(settle('again', 'again-3', 0, { effectiveAt: instantAt(10), succeeded: false }));
    await submit(
      hold('again', 'again-4', 5, { exclusive: 'once', capture: true, effectiveAt: instantAt(10) }),
    );
    await submit({
      ...{
        op: 'refund',
        key: 'refund:again',
        fingerprint: '',
        walletId: 'again',
        effectiveAt: instantAt(10),
      },
      ...{ refundId: 'again', holdId: 'hold_again-4', credits: null, reason: 'Sorry' },
    });
    expect(await place('again-5')).toMatchObject({
      outcome: 'already_held',
      reply: { spendId: 'again-4', available: 100 },
    });
  });
});
