import type { Operation } from './http/operation';
import { balanceOperations } from './operations/balance-transactions';
import { catalogOperations } from './operations/catalog';
import { checkoutOperations } from './operations/checkout-sessions';
import { couponOperations } from './operations/coupons';
import { creditNoteOperations } from './operations/credit-notes';
import { customerOperations } from './operations/customers';
import { disputeOperations } from './operations/disputes';
import { eventOperations } from './operations/events';
import { invoiceItemOperations } from './operations/invoice-items';
import { invoiceOperations } from './operations/invoices';
import { paymentIntentOperations } from './operations/payment-intents';
import { paymentLinkOperations } from './operations/payment-links';
import { paymentMethodOperations } from './operations/payment-methods';
import { portalOperations } from './operations/portal-sessions';
import { refundOperations } from './operations/refunds';
import { subscriptionItemOperations } from './operations/subscription-items';
import { subscriptionOperations } from './operations/subscriptions';
import { webhookEndpointOperations } from './operations/webhook-endpoints';

/** The whole API of the simulator: what Scrip calls, and what a person needs to play Stripe's dashboard. */
export const OPERATIONS: readonly Operation[] = [
  ...customerOperations,
  ...balanceOperations,
  ...catalogOperations,
  ...couponOperations,
  ...checkoutOperations,
  ...paymentLinkOperations,
  ...subscriptionOperations,
  ...subscriptionItemOperations,
  ...invoiceOperations,
  ...invoiceItemOperations,
  ...paymentIntentOperations,
  ...paymentMethodOperations,
  ...refundOperations,
  ...creditNoteOperations,
  ...disputeOperations,
  ...portalOperations,
  ...eventOperations,
  ...webhookEndpointOperations,
];
