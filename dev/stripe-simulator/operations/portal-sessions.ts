import type Stripe from 'stripe';
import { operation, type Operation } from '../http/operation';
import { text, webAddress } from '../http/params';
import { stripeId } from '../work';

export const portalOperations: readonly Operation[] = [
  operation(
    'POST',
    '/v1/billing_portal/sessions',
    { customer: text, return_url: webAddress.optional() },
    (work, params): Stripe.BillingPortal.Session => {
      const id = stripeId('bps');
      return work.tables.put('billing_portal.session', {
        id,
        object: 'billing_portal.session',
        configuration: 'bpc_simulator',
        created: work.at,
        customer: work.tables.get('customer', params.customer, 'customer').id,
        customer_account: null,
        flow: null,
        livemode: false,
        locale: null,
        on_behalf_of: null,
        return_url: params.return_url ?? null,
        url: `${work.baseUrl}/p/session/${id}`,
      });
    },
  ),
];
