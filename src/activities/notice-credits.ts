import { getBalance } from '../ledger/get-balance';
import { askTemporal } from '../platform/ask-temporal';
import { findTopUpThreshold, listTopUpCustomers } from '../store/auto-top-ups';
import { topUpNotice } from '../workflows/messages';
import type { ActivityDeps } from './deps';

type NoticeDeps = Pick<ActivityDeps, 'db' | 'temporal' | 'logger'>;

const PAGE_SIZE = 200;

/**
 * Wakes a customer's automatic top-up when fewer credits are available than they want. A hint: a lost one is made good by
 * `noticeAllCredits`, so nothing is thrown.
 */
export async function noticeCredits(deps: NoticeDeps, customerId: string, available: number): Promise<void> {
  try {
    const threshold = await findTopUpThreshold(deps.db, customerId);
    if (threshold !== undefined && available < threshold) await observe(deps, customerId);
  } catch (error) {
    deps.logger.warn({ err: error, customerId }, 'a top-up was not woken; the next look will');
  }
}

/** Looks at every customer whose automatic top-up is on, and wakes those who have too little. */
export async function noticeAllCredits(deps: NoticeDeps): Promise<void> {
  let after = '';
  for (;;) {
    const customers = await listTopUpCustomers(deps.db, { after, limit: PAGE_SIZE });
    for (const { customerId, threshold } of customers) {
      const { available } = await getBalance(deps.db, customerId);
      if (available < threshold) await observe(deps, customerId);
    }
    const last = customers.at(-1);
    if (last === undefined || customers.length < PAGE_SIZE) return;
    after = last.customerId;
  }
}

async function observe({ temporal }: NoticeDeps, customerId: string): Promise<void> {
  await askTemporal(temporal, () => temporal.workflow.signalWithStart(...topUpNotice(customerId)));
}
