import { z } from 'zod';
import { getOpenCustomer } from '../../../store/customers';
import { ensureStripeCustomer } from '../../../store/stripe-customers';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { urlSchema } from '../../schemas';

const portalSchema = z
  .strictObject({
    url: z.string().meta({ description: 'Send the customer to this address; it is valid for a short time.' }),
  })
  .meta({ id: 'BillingPortal' });

export const openBillingPortal = defineOperation({
  summary: "Create a link to Stripe's billing portal",
  tag: 'Customers',
  access: 'customer',
  belongsTo: customerInPath,
  body: optionalJsonBody(z.strictObject({ returnUrl: urlSchema.optional() })),
  answers: { 201: { description: 'A short-lived link.', schema: portalSchema } },
  problems: ['state_conflict', 'unavailable'],
  find: ({ id }, { db }) => getOpenCustomer(db, id),
  async handle({ body: { returnUrl } }, { db, payments, publicUrl }, customer) {
    const { url } = await payments.createPortalSession({
      stripeCustomerId: await ensureStripeCustomer({ db, payments }, customer.id),
      returnUrl: returnUrl ?? `${publicUrl}/account`,
    });
    return { status: 201, body: { url } };
  },
});
