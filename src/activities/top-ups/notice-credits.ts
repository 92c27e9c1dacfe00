import { topUpWorkflowId } from '../../domain/keys';
import { decideAutoTopUp } from '../../domain/top-ups/auto-top-up';
import { getBalance } from '../../ledger/get-balance';
import { askTemporal } from '../../platform/ask-temporal';
import { isWorkflowRunning } from '../../platform/temporal';
import { findAutoTopUp, findTopUpThreshold, listTopUpCustomers } from '../../store/auto-top-ups';
import { topUpNotice } from '../../workflows/top-ups/messages';
import type { ActivityDeps } from '../deps';
import { observeCredits } from './observe-credits';

type NoticeDeps = Pick<ActivityDeps, 'db' | 'allowancesOf' | 'temporal' | 'clock' | 'logger'>;

const PAGE_SIZE = 200;

/**
 * Wakes a customer's automatic top-up when fewer credits are available than they want. A hint: a lost one is made good by
 * `noticeAllCredits`, so nothing is thrown.
 */
export async function noticeCredits(deps: NoticeDeps, customerId: string, available: number): Promise<void> {
  try {
    const threshold = await findTopUpThreshold(deps.db, customerId);
    if (threshold !== undefined && available < threshold) await wake(deps, customerId);
  } catch (error) {
    deps.logger.warn({ err: error, customerId }, 'a top-up was not woken; the next look will');
  }
}

/** Looks at every customer whose automatic top-up is on, and wakes those who have too little and may buy. */
export async function noticeAllCredits(deps: NoticeDeps): Promise<void> {
  let after = '';
  for (;;) {
    const customers = await listTopUpCustomers(deps.db, { after, limit: PAGE_SIZE });
    for (const { customerId, threshold } of customers) {
      const { available } = await getBalance(deps.db, customerId);
      if (available < threshold) await wake(deps, customerId);
    }
    const last = customers.at(-1);
    if (last === undefined || customers.length < PAGE_SIZE) return;
    after = last.customerId;
  }
}

/**
 * Gives the hint to who would buy, and to a purchase whose workflow is gone; else it would be a whole run that does
 * nothing, or one more signal for a purchase that looks again by itself, at every look for as long as it lasts.
 */
async function wake(deps: NoticeDeps, customerId: string): Promise<void> {
  const { db, temporal, clock } = deps;
  const state = await findAutoTopUp(db, customerId);
  if (state === undefined) return;
  const packId = state.setting?.pack;
  const seen = await observeCredits(deps, { customerId, packId, at: await clock.now() });
  const why = decideAutoTopUp(state, seen);
  const isDue =
    why === 'below_threshold' || (why === 'purchase_in_progress' && !(await isAtWork(deps, customerId)));
  if (isDue) await askTemporal(temporal, () => temporal.workflow.signalWithStart(...topUpNotice(customerId)));
}

function isAtWork({ temporal }: NoticeDeps, customerId: string): Promise<boolean> {
  return askTemporal(temporal, () => isWorkflowRunning(temporal, topUpWorkflowId(customerId)));
}
