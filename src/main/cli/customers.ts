import { checkSubscribers } from '../../import/check-subscribers';
import { inBatches } from '../../import/in-batches';
import { moveIn } from '../../import/move-in';
import { linesOfReport, reportOf, type ImportReport } from '../../import/report';
import { createLedger } from '../../ledger/ledger';
import { createStripePayments } from '../../payments/stripe-payments';
import { createTemporalClient } from '../../platform/temporal';
import { getCurrentCatalog } from '../../store/catalogs';
import { parseArgument, runVerb } from './command';
import { readNamedFile } from './named-file';
import { findSurroundings, withDatabase, type Surroundings } from './surroundings';

/** Commands for many customers at once. */
export function runCustomers(args: readonly string[]): Promise<number> {
  return runVerb('customers', { import: importCustomers }, args);
}

/**
 * Imports subscribers who have had a monthly allowance. Answers 1 and imports nothing when any line is bad. Safe to repeat,
 * also after it was interrupted.
 */
async function importCustomers(args: readonly string[]): Promise<number> {
  const options = { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } } as const;
  const { values, argument } = parseArgument(args, options, 'CSV file');
  const file = await readNamedFile(argument);
  const isDryRun = values['dry-run'] === true;
  const surroundings = findSurroundings();
  const report = await withDatabase(surroundings.databaseUrl(), async (db) => {
    const payments = createStripePayments({ ...surroundings.stripe(), webhookSecrets: [] });
    const [catalog, now] = await Promise.all([getCurrentCatalog(db), surroundings.clock().now()]);
    const { arrivals, bad } = await checkSubscribers({ db, payments, catalog, now }, file);
    const isImported = bad.length === 0 && !isDryRun;
    if (isImported) {
      await withWriters(surroundings, (writers) =>
        inBatches(arrivals, (arrival) => moveIn({ db, payments, ...writers }, arrival, now)),
      );
    }
    return reportOf({ arrivals, bad, isImported });
  });
  if (values.json === true) console.log(JSON.stringify(report));
  else print(report);
  return report.ok ? 0 : 1;
}

/** Problems go to standard error, so that they are seen even when the output is redirected. */
function print(report: ImportReport): void {
  const { lines, problems } = linesOfReport(report);
  for (const problem of problems) console.error(problem);
  for (const line of lines) console.log(line);
}

async function withWriters(
  surroundings: Surroundings,
  use: (writers: {
    ledger: ReturnType<typeof createLedger>;
    temporal: ReturnType<typeof createTemporalClient>;
  }) => Promise<unknown>,
): Promise<void> {
  const ledger = createLedger({ databaseUrl: surroundings.databaseUrl(), lanes: 1 });
  const temporal = createTemporalClient(surroundings.temporal());
  try {
    await use({ ledger, temporal });
  } finally {
    await Promise.all([ledger.close(), temporal.connection.close()]);
  }
}
