import { isRinging, stripeCustomerOf, subscribe } from '../props';
import type { Trouble } from '../trouble';

export const unclaimedMoney: Trouble = {
  name: 'unclaimed-money',
  row: 'A payment has granted nothing',
  story:
    'Somebody has made an invoice in the dashboard of Stripe, and the customer has paid it: nothing here sold it.',
  async make(stage) {
    const { stripe } = stage;
    const customerId = await stage.newCustomer();
    await subscribe(stage, customerId);
    const customer = await stripeCustomerOf(stage, customerId);
    const { id: invoice } = await stripe.invoices.create({ customer, auto_advance: false });
    await stripe.invoiceItems.create({
      customer,
      invoice,
      amount: 1900,
      currency: 'usd',
      description: 'A workshop',
    });
    await stripe.invoices.finalizeInvoice(invoice);
    await stripe.invoices.pay(invoice, { payment_method: 'pm_card_visa' });
    await stage.until(`an alarm rings for ${invoice}`, () => isRinging(stage, invoice));
    return {
      ids: [invoice, customerId],
      workflowId: null,
      isMended: async () => !(await isRinging(stage, invoice)),
    };
  },
};
