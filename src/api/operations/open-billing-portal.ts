import { z } from 'zod';
import { beingErased, bindStripeCustomer, getOpenCustomer, type Customer } from '../../store/customers';
import { optionalJsonBody } from '../bodies/json-body';
import type { ApiDeps } from '../deps';
import { defineOperation } from '../operation';
import { urlSchema } from '../schemas';

const portalSchema = z
  .strictObject({
    url: z.string().meta({ description: 'Send the customer there; it is valid for a short time.' }),
  })
  .meta({ id: 'BillingPortal' });

export const openBillingPortal = defineOperation({
  summary: "Let a customer into Stripe's portal, for cards and invoices",
  tag: 'Customers',
  access: 'customer',
  body: optionalJsonBody(z.strictObject({ returnUrl: urlSchema.optional() })),
  answers: { 201: { description: 'A short-lived link.', schema: portalSchema } },
  problems: ['state_conflict', 'unavailable'],
  find: ({ id }, { db }) => getOpenCustomer(db, id),
  async handle({ body: { returnUrl } }, { db, payments, publicUrl }, customer) {
    const stripeCustomerId =
      customer.stripeCustomerId ?? (await makeStripeCustomer({ db, payments }, customer));
    const { url } = await payments.createPortalSession({
      stripeCustomerId,
      returnUrl: returnUrl ?? `${publicUrl}/account`,
    });
    return { status: 201, body: { url } };
  },
});

async function makeStripeCustomer(
  { db, payments }: Pick<ApiDeps, 'db' | 'payments'>,
  { id: customerId, email, name }: Customer,
): Promise<string> {
  const created = await payments.createCustomer({ customerId, email, name });
  const bound = await bindStripeCustomer(db, customerId, created);
  if (bound !== null) return bound;
  await payments.deleteCustomer(created);
  throw beingErased();
}
