import fc from 'fast-check';
import type { Knex } from 'knex';
import type { Ledger, LedgerCommand } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { arbitraryCommands } from './model/arbitrary-commands';
import { dumpWallets, dumpReference } from './model/dump';
import { listOffences } from './model/list-offences';
import { createReferenceLedger } from './model/reference-ledger';

/** Printed by fast-check with the counterexample when something fails; set it to play a run again. */
const seed =
  process.env['SCRIP_TEST_SEED'] === undefined ? undefined : Number(process.env['SCRIP_TEST_SEED']);
const settings = (numRuns: number) => ({ numRuns, ...(seed === undefined ? {} : { seed }) });

describe('the ledger beside a small model of itself', () => {
  const databases: TestDatabase[] = [];
  const ledgers: Ledger[] = [];
  const readers: Knex[] = [];
  let runs = 0;

  beforeAll(async () => {
    for (let index = 0; index < 2; index += 1) {
      const database = await createTestDatabase();
      databases.push(database);
      ledgers.push(createLedger({ databaseUrl: database.appUrl, lanes: 1 }));
      readers.push(createDatabase(database.appUrl));
    }
  });

  afterAll(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await Promise.all(readers.map((reader) => reader.destroy()));
    await Promise.all(databases.map((database) => database.drop()));
  });

  /** Ids of their own for every run, so that the runs share a database. */
  const commandsOf = (options = {}) => arbitraryCommands(() => `run${String((runs += 1))}`, options);

  it('gives the same answers and the same numbers after every command, and every identity holds', async () => {
    const [ledger, db] = [ledgers[0]!, readers[0]!];
    await fc.assert(
      fc.asyncProperty(commandsOf(), async (commands) => {
        const reference = createReferenceLedger();
        for (const command of commands) {
          expect(await ledger.submit(command)).toEqual(reference.submit(command));
          expect(await dumpWallets(db, [...reference.wallets.keys()])).toEqual(
            dumpReference(reference.wallets),
          );
          expect(await listOffences(db, command.walletId)).toEqual([]);
        }
      }),
      settings(60),
    );
  });

  it.each([{ ordinary: false }, { ordinary: true }])(
    'gives the same answers and the same rows for commands at once as one by one (%o)',
    async (options) => {
      const [oneByOne, atOnce] = [ledgers[0]!, ledgers[1]!];
      const sizes = fc.array(fc.integer({ min: 1, max: 20 }));
      await fc.assert(
        fc.asyncProperty(commandsOf(options), sizes, async (commands, sizes) => {
          const expected = [];
          for (const command of commands) expected.push(await oneByOne.submit(command));
          const results = [];
          for (const batch of cut(commands, sizes)) {
            results.push(...(await Promise.all(batch.map((command) => atOnce.submit(command)))));
          }
          expect(results).toEqual(expected);
          const wallets = [...new Set(commands.map(({ walletId }) => walletId))];
          const [serial, batched] = await Promise.all(readers.map((reader) => dumpRows(reader, wallets)));
          expect(batched).toEqual(serial);
        }),
        settings(80),
      );
      expect(await listOffences(readers[1]!)).toEqual([]);
    },
  );

  it('keeps every identity and every first answer when two processes send everything twice, all at once', async () => {
    const processes = [ledgers[0]!, createLedger({ databaseUrl: databases[0]!.appUrl, batchMax: 5 })];
    ledgers.push(processes[1]!);
    await fc.assert(
      fc.asyncProperty(commandsOf(), async (commands) => {
        const twice = [...commands, ...commands].map((command, index) =>
          processes[index % 2]!.submit(command),
        );
        const answers = new Map<string, string>();
        for (const [index, { outcome, reply }] of (await Promise.all(twice)).entries()) {
          // None leaves a record: the next one may be answered otherwise.
          if (['admitted', 'already_held', 'idempotency_key_reused'].includes(outcome)) continue;
          const { key } = commands[index % commands.length]!;
          const answer = JSON.stringify([outcome, reply]);
          expect(answer).toBe(answers.get(key) ?? answer);
          answers.set(key, answer);
        }
        for (const walletId of new Set(commands.map((command) => command.walletId))) {
          expect(await listOffences(readers[0]!, walletId)).toEqual([]);
        }
        for (const command of commands) {
          const { outcome, reply } = await processes[0]!.submit(command);
          const known = answers.get(command.key);
          if (outcome !== 'idempotency_key_reused' && known !== undefined) {
            expect(JSON.stringify([outcome, reply])).toBe(known);
          }
        }
      }),
      settings(40),
    );
  });
});

/** Batches of the drawn sizes, and one of whatever is left. */
function cut(
  commands: readonly LedgerCommand[],
  sizes: readonly number[],
): readonly (readonly LedgerCommand[])[] {
  const batches: (readonly LedgerCommand[])[] = [];
  let start = 0;
  for (const size of [...sizes, commands.length]) {
    if (start < commands.length) batches.push(commands.slice(start, start + size));
    start += size;
  }
  return batches;
}

/** Every row of the wallets, but for when and in which transaction it was written. */
async function dumpRows(db: Knex, walletIds: readonly string[]): Promise<unknown> {
  const { rows } = await db.raw<{ rows: readonly { rows: unknown }[] }>(
    `WITH rows AS (
       SELECT to_jsonb(w) AS r FROM ledger.wallets w WHERE id = ANY (:walletIds)
       UNION ALL SELECT to_jsonb(j) FROM ledger.journal j WHERE wallet_id = ANY (:walletIds)
       UNION ALL SELECT to_jsonb(c) FROM ledger.commands c WHERE wallet_id = ANY (:walletIds)
       UNION ALL SELECT to_jsonb(l) FROM ledger.lots l WHERE wallet_id = ANY (:walletIds)
       UNION ALL SELECT to_jsonb(h) FROM ledger.holds h WHERE wallet_id = ANY (:walletIds)
       UNION ALL SELECT to_jsonb(b) FROM ledger.clawbacks b WHERE wallet_id = ANY (:walletIds)
       UNION ALL SELECT to_jsonb(p) FROM ledger.payments p WHERE wallet_id = ANY (:walletIds)
       UNION ALL SELECT to_jsonb(t) FROM ledger.hold_lots t JOIN ledger.holds h ON h.id = t.hold_id
         WHERE h.wallet_id = ANY (:walletIds)
     )
     SELECT jsonb_agg(r - 'recorded_at' - 'xid' ORDER BY (r - 'recorded_at' - 'xid')::text) AS rows FROM rows`,
    { walletIds },
  );
  return rows[0]?.rows;
}
