import fc from 'fast-check';
import { instantOf } from '../../src/domain/instants';
import { audit, type Audit } from '../../src/audit/ledger/audit-ledger';
import { ADA, liveInLedger, RUNNING_SPEND } from './lived-in-ledger';
import { arbitraryCommands } from './model/arbitrary-commands';
import { grant } from './model/commands';
import { rollUpAll } from './roll-up-all';
import { useLedger } from './use-ledger';

const seed = process.env['SCRIP_TEST_SEED'];

/** What random commands do not bring along: business keys, payments, spends and their workflows. */
const OF_THE_STORE = [
  'grants_have_keys',
  'grants_have_payments',
  'holds_have_spends',
  'open_holds_have_workflows',
];

describe('the audit', () => {
  const { db, ledger } = useLedger(async ({ database, db, ledger }) => {
    await liveInLedger(database.ownerUrl, ledger);
    await rollUpAll(db);
  });

  const run = (customerId?: string): Promise<Audit> =>
    audit(db, {
      customerId,
      checkedAt: instantOf(Date.parse('2026-04-01')),
      hasLiveWorkflow: (spendId) => Promise.resolve(spendId === RUNNING_SPEND),
    });

  it('finds nothing wrong with a ledger that was written by its own function', async () => {
    const { ok, checks } = await run();
    expect(checks.flatMap(({ offenders }) => offenders)).toEqual([]);
    expect(ok).toBe(true);
    for (const { checked } of checks) expect(checked).toBeGreaterThan(0);
  });

  it('finds nothing wrong while credits move', async () => {
    const storm = Promise.all(
      Array.from({ length: 400 }, (_, index) =>
        ledger.submit(grant(`cus_storm_${String(index % 20)}`, `storm_${String(index)}`, 5)),
      ),
    );
    const audits = [await run(), await run()];
    await storm;
    const named = audits.flatMap(({ checks }) => checks).filter(({ name }) => !OF_THE_STORE.includes(name));
    expect(named.flatMap(({ offenders }) => offenders)).toEqual([]);
  });

  it('finds nothing wrong with whatever commands leave behind', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryCommands(() => `run${String((runs += 1))}`),
        async (commands) => {
          await Promise.all(commands.map((command) => ledger.submit(command)));
          const checks = (await run()).checks.filter(({ name }) => !OF_THE_STORE.includes(name));
          expect(checks.flatMap(({ offenders }) => offenders)).toEqual([]);
        },
      ),
      { numRuns: 15, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
  });

  it('looks at one customer alone', async () => {
    const { ok, checks } = await run(ADA);
    expect(ok).toBe(true);
    expect(checks.find(({ name }) => name === 'wallet_equals_journal')?.checked).toBe(1);
    expect((await run('cus_nobody')).ok).toBe(true);
  });
});
