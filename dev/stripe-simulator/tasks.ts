import { expireSession } from './billing/checkout';
import {
  collectInvoice,
  finalizeAndCollect,
  markOverdue,
  sendFinal,
  settleDebit,
} from './billing/collect-invoice';
import { resumeCollection } from './billing/pause-collection';
import { failRefund, succeedRefund } from './billing/refunds';
import { endPeriod, expireIncomplete, expirePendingUpdate } from './billing/renew-subscription';
import { endSubscription } from './billing/subscription-state';
import { tellTrialEnd } from './billing/trials';
import type { Due, TaskName } from './store';
import type { Work } from './work';

const AUTOMATIC = { offSession: true, automatic: true } as const;

/** What happens by itself, and to which object. */
const TASKS: Readonly<Record<TaskName, (work: Work, objectId: string) => void>> = {
  expire_session: (work, id) => expireSession(work, work.tables.get('checkout.session', id)),
  expire_incomplete: (work, id) => expireIncomplete(work, work.tables.get('subscription', id)),
  expire_pending_update: (work, id) => expirePendingUpdate(work, work.tables.get('subscription', id)),
  end_period: (work, id) => endPeriod(work, work.tables.get('subscription', id)),
  cancel_subscription: (work, id) =>
    endSubscription(work, work.tables.get('subscription', id), 'cancellation_requested'),
  resume_collection: (work, id) => resumeCollection(work, work.tables.get('subscription', id)),
  tell_trial_end: (work, id) => tellTrialEnd(work, work.tables.get('subscription', id)),
  finalize_invoice: (work, id) => {
    const draft = work.tables.get('invoice', id);
    if (draft.collection_method === 'send_invoice') sendFinal(work, draft);
    else finalizeAndCollect(work, draft, AUTOMATIC);
  },
  collect_invoice: (work, id) => collectInvoice(work, work.tables.get('invoice', id), AUTOMATIC),
  mark_overdue: (work, id) => markOverdue(work, work.tables.get('invoice', id)),
  settle_debit: (work, id) => settleDebit(work, work.tables.get('payment_intent', id)),
  fail_refund: (work, id) => failRefund(work, work.tables.get('refund', id)),
  succeed_refund: (work, id) => succeedRefund(work, work.tables.get('refund', id)),
};

/** Carries out one thing that has come due, and takes it from the schedule first: it may schedule itself again. */
export function carryOut(work: Work, due: Due): void {
  work.tables.remove('due', due.id);
  TASKS[due.task](work, due.objectId);
}
