import { carryOutReconciliation, findReconciliationDue } from '../audit/money/carry-out-reconciliation';
import type { Chore } from './chore';

/** Compares everything that was paid, and that went back, with what Stripe holds, every day. */
export const compareWithStripe: Chore = {
  name: 'compare with Stripe',
  nextDueAt: ({ db, firstChangeAtStripe }) => findReconciliationDue(db, 'state', firstChangeAtStripe),
  run: (deps, now) => carryOutReconciliation(deps, 'state', now),
  pauseMs: 30_000,
};
