import type { Finding } from '../../audit/money/findings';
import { reconcileEvents } from '../../audit/money/reconcile-events';
import { reconcileState } from '../../audit/money/reconcile-state';
import type { Alarm } from '../../domain/alarms';
import { createStripePayments } from '../../payments/stripe-payments';
import { createLogger } from '../../platform/logger';
import { createTemporalClient } from '../../platform/temporal';
import type { TemporalUi } from '../../platform/temporal-ui';
import { listAllAlarms } from '../../store/alarms';
import { parseOptions } from './command';
import { findSurroundings, withDatabase } from './surroundings';

/**
 * Compares everything with Stripe now: events that the webhook missed go into the inbox, missing money is passed on to its
 * workflow. Answers 1 while there are alarms, and prints each with what to do.
 */
export async function runReconcile(args: readonly string[]): Promise<number> {
  const values = parseOptions(args, { json: { type: 'boolean' } });
  const surroundings = findSurroundings();
  const ui = surroundings.temporalUi();
  const payments = createStripePayments({ ...surroundings.stripe(), webhookSecrets: [] });
  const temporal = createTemporalClient(surroundings.temporal());
  // It reports what it would otherwise log.
  const logger = createLogger({ name: 'cli', level: 'silent' });
  try {
    const now = await surroundings.clock().now();
    const { events, state, ringing } = await withDatabase(surroundings.databaseUrl(), async (db) => {
      const deps = { db, payments, temporal, logger };
      const heard = await reconcileEvents(deps, { since: null, now });
      const found = await reconcileState(deps, now);
      const alarms = await listAllAlarms(db);
      return { events: heard, state: found, ringing: alarms.map((alarm) => withLink(alarm, ui)) };
    });
    const report = { ok: ringing.length === 0, checkedAt: now, events, ...state, ringing };
    if (values.json === true) console.log(JSON.stringify(report));
    else print(report);
    return report.ok ? 0 : 1;
  } finally {
    await temporal.connection.close();
  }
}

function print({
  ok,
  checkedAt,
  events,
  checked,
  ...found
}: Awaited<ReturnType<typeof reconcileState>> & {
  readonly ok: boolean;
  readonly checkedAt: string;
  readonly events: Awaited<ReturnType<typeof reconcileEvents>>;
  readonly ringing: readonly LinkedAlarm[];
}): void {
  console.log(
    `${String(events.read)} events at Stripe, ${String(events.added)} of them had not arrived; ${String(checked)} objects compared`,
  );
  for (const repair of found.repairs) console.log(`passed on ${lineOf(repair)}`);
  for (const alarm of found.ringing) {
    console.log(`ALARM ${lineOfAlarm(alarm)}`);
    if (alarm.workflowUrl !== undefined) console.log(`      ${alarm.workflowUrl}`);
  }
  const counts = `alarms: ${String(found.ringing.length)}, passed on to workflows: ${String(found.repaired)}`;
  console.log(`${ok ? 'Scrip and Stripe agree' : 'Needs attention'} (${counts}), ${checkedAt}.`);
}

function lineOf({ kind, id, customerId, problem }: Finding): string {
  return `${kind} ${id}${customerId === null ? '' : ` of ${customerId}`}: ${problem}`;
}

function lineOfAlarm({ kind, subject, customerId, since, todo }: Alarm): string {
  return `${kind} ${subject}${customerId === null ? '' : ` of ${customerId}`} since ${since}: ${todo}`;
}

type LinkedAlarm = Alarm & { readonly workflowUrl?: string };

/** With the page of the workflow that it is about. */
function withLink(alarm: Alarm, ui: TemporalUi | undefined): LinkedAlarm {
  if (ui === undefined || alarm.workflowId === null) return alarm;
  return { ...alarm, workflowUrl: ui.workflow(alarm.workflowId) };
}
