import { carryOutReconciliation, findReconciliationDue } from '../audit/money/carry-out-reconciliation';
import type { Chore } from './chore';

/** Puts what the webhook did not bring into the inbox, every quarter of an hour. */
export const hearMissedEvents: Chore = {
  name: 'hear missed events',
  nextDueAt: ({ db, firstChangeAtStripe }) => findReconciliationDue(db, 'events', firstChangeAtStripe),
  run: (deps, now) => carryOutReconciliation(deps, 'events', now),
  pauseMs: 30_000,
};
