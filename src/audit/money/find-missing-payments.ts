import type { Instant } from '../../domain/instants';
import { compareInvoice, comparePayment, compareSession } from './compare-money';
import { compareOne, type Inquirer } from './inquirer';

/**
 * Everything that was paid at Stripe since an instant, whatever it says it is for, against what is recorded as paid: what is
 * missing is told to the workflow that it concerns, and for what concerns none somebody is called.
 */
export async function findMissingPayments(inquirer: Inquirer, since: Instant): Promise<void> {
  const { payments } = inquirer.deps;
  const told = new Set<string | null>();
  for await (const invoice of payments.listPaidInvoices(since)) {
    told.add(invoice.paymentIntentId);
    const subject = { kind: 'invoice', id: invoice.invoiceId, customerId: null } as const;
    await compareOne(inquirer, subject, () => compareInvoice(inquirer, invoice));
  }
  for await (const session of payments.listCompleteSessions(since)) {
    told.add(session.paymentIntentId);
    const subject = { kind: 'checkout_session', id: session.sessionId, customerId: null } as const;
    await compareOne(inquirer, subject, () => compareSession(inquirer, session));
  }
  for await (const payment of payments.listPayments(since)) {
    if (told.has(payment.paymentIntentId)) continue;
    const subject = { kind: 'payment', id: payment.paymentIntentId, customerId: null } as const;
    await compareOne(inquirer, subject, () => comparePayment(inquirer, payment));
  }
}
