import { log, setHandler } from '@temporalio/workflow';
import { isPaymentFact } from '../arguments';
import { paymentFactSignal, type PaymentHint } from './messages';

/** Registers the signal by which the inbox says that a payment may have changed. One that says nothing is ignored. */
export function hearPaymentFacts(hear: (fact: PaymentHint) => void): void {
  const take = (fact: PaymentHint) => {
    if (isPaymentFact(fact)) hear(fact);
    else log.warn('ignored a signal paymentFact without a fact');
  };
  setHandler(paymentFactSignal, take, {
    description:
      'Inner: sent by the inbox when a payment may have changed; reads it at Stripe again. By hand, use lookAgain.',
  });
}
