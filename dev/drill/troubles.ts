import type { Trouble } from './trouble';
import { erasureWaits } from './troubles/erasure-waits';
import { eventNowhere } from './troubles/event-nowhere';
import { holdWithoutWorkflow } from './troubles/hold-without-workflow';
import { orderUnpaid } from './troubles/order-unpaid';
import { orderUnseen } from './troubles/order-unseen';
import { pastDue } from './troubles/past-due';
import { paused } from './troubles/paused';
import { paymentUnseen } from './troubles/payment-unseen';
import { providerFrozen } from './troubles/provider-frozen';
import { spendWaits } from './troubles/spend-waits';
import { storeBroken } from './troubles/store-broken';
import { unclaimedMoney } from './troubles/unclaimed-money';

/** One of each. */
export const TROUBLES: readonly Trouble[] = [
  spendWaits,
  holdWithoutWorkflow,
  paymentUnseen,
  orderUnseen,
  orderUnpaid,
  pastDue,
  paused,
  eventNowhere,
  unclaimedMoney,
  erasureWaits,
  providerFrozen,
  storeBroken,
];
