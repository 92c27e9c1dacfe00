import { silence } from '../../activities/alarms';
import type { Alarm, AlarmKind } from '../../domain/alarms';
import { plusMs } from '../../domain/instants';
import { isUnknownAtStripe } from '../../payments/is-unknown';
import { listUnseenAlarms } from '../../store/alarms';
import { compareInvoice, comparePayment, compareSession } from './compare-money';
import type { Inquirer } from './inquirer';

/** The alarms that a whole comparison finds again as long as their cause is there. */
const FOUND_EVERY_TIME: readonly AlarmKind[] = [
  'unknown_subscription',
  'unbacked_credits',
  'unread_event',
  'abandoned_hold',
  'unreadable',
];

/** A silent job raises its alarm again at every silence; after a day without one, it is no longer followed. */
const DAY_MS = 86_400_000;

/**
 * After a whole comparison: ends the alarms whose cause was not found again. Money may be older than what was compared, so each
 * alarm about money is checked on its own.
 */
export async function endAlarms(inquirer: Inquirer): Promise<void> {
  const { deps, at } = inquirer;
  for (const alarm of await listUnseenAlarms(deps.db, FOUND_EVERY_TIME, at)) await silence(deps, alarm, at);
  const dayAgo = plusMs(at, -DAY_MS);
  for (const alarm of await listUnseenAlarms(deps.db, ['silent_job'], dayAgo)) await silence(deps, alarm, at);
  for (const alarm of await listUnseenAlarms(deps.db, ['unclaimed_money'], at)) {
    await lookAgain(inquirer, alarm);
  }
  // What was checked and did not raise its alarm again has been granted or refunded meanwhile.
  for (const alarm of await listUnseenAlarms(deps.db, ['unclaimed_money'], at))
    await silence(deps, alarm, at);
}

async function lookAgain(inquirer: Inquirer, alarm: Alarm): Promise<void> {
  const { deps, at } = inquirer;
  try {
    await compareAgain(inquirer, alarm.subject);
  } catch (error) {
    if (!isUnknownAtStripe(error)) throw error;
    await silence(deps, alarm, at);
  }
}

async function compareAgain(inquirer: Inquirer, id: string): Promise<void> {
  const { payments } = inquirer.deps;
  if (id.startsWith('in_')) await compareInvoice(inquirer, await payments.getInvoice(id));
  else if (id.startsWith('cs_')) await compareSession(inquirer, await payments.getCheckoutSession(id));
  else await comparePayment(inquirer, await payments.getPayment(id));
}
