import { defineSignal } from '@temporalio/workflow';
import { addOnWorkflowId, subscriptionWorkflowId } from '../../domain/keys';
import { ADD_ON_WORKFLOW, type AddOnInput } from '../add-ons/messages';
import { TASK_QUEUES } from '../messages';
import { SUBSCRIPTION_WORKFLOW, type SubscriptionInput } from '../subscriptions/messages';

/** A hint that something about a payment changed at Stripe; the workflow's activity reads the object again. */
export interface PaymentHint {
  readonly eventId: string;
  /** `payment`: of an order that was charged without a checkout. */
  readonly objectType:
    'invoice' | 'checkout_session' | 'payment' | 'subscription' | 'refund' | 'dispute' | 'credit_note';
  readonly objectId: string;
}

export const paymentFactSignal = defineSignal<[PaymentHint]>('paymentFact');

/** Whom an event of the payment processor concerns, and what it hints at; src/payments/route-event.ts says which. */
export type PaymentDestination =
  | { readonly to: 'subscription'; readonly subscriptionId: string; readonly fact: PaymentHint }
  | { readonly to: 'add_on'; readonly orderId: string; readonly fact: PaymentHint };

/**
 * The name of the workflow and the options of `client.workflow.signalWithStart` that deliver a payment fact. A running
 * workflow takes the signal; one that has ended is started again from what it recorded. Delivering twice does no harm.
 */
export function paymentFactDelivery(destination: PaymentDestination) {
  const delivery = { signal: paymentFactSignal, signalArgs: [destination.fact] as [PaymentHint] };
  switch (destination.to) {
    case 'subscription':
      return [
        SUBSCRIPTION_WORKFLOW,
        {
          ...delivery,
          workflowId: subscriptionWorkflowId(destination.subscriptionId),
          taskQueue: TASK_QUEUES.subscriptions,
          args: [{ subscriptionId: destination.subscriptionId }] as [SubscriptionInput],
          staticSummary: `Subscription ${destination.subscriptionId}, started again by a payment event`,
        },
      ] as const;
    case 'add_on':
      return [
        ADD_ON_WORKFLOW,
        {
          ...delivery,
          workflowId: addOnWorkflowId(destination.orderId),
          taskQueue: TASK_QUEUES.subscriptions,
          args: [{ orderId: destination.orderId }] as [AddOnInput],
          staticSummary: `Order ${destination.orderId}, started again by a payment event`,
        },
      ] as const;
  }
}
