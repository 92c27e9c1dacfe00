import type Stripe from 'stripe';
import { deleteCustomer } from '../billing/delete-customer';
import { attachMethod, resolveMethod } from '../billing/methods';
import { change, emit } from '../events';
import { operation, type Operation } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { clearable, created, email, metadata, page, text } from '../http/params';
import { buildCustomer } from '../objects/customer';
import { invalidRequest } from '../stripe-error';
import { refOrNull, type Work } from '../work';
import { mergeMetadata } from '../metadata';
import { z } from 'zod';

const address = z.union([
  z.literal('').transform(() => null),
  z.strictObject({
    city: clearable.optional(),
    country: clearable.optional(),
    line1: clearable.optional(),
    line2: clearable.optional(),
    postal_code: clearable.optional(),
    state: clearable.optional(),
  }),
]);

const shape = {
  email: email.optional(),
  name: clearable.optional(),
  description: clearable.optional(),
  phone: clearable.optional(),
  address: address.optional(),
  metadata: metadata.optional(),
  invoice_settings: z.strictObject({ default_payment_method: clearable.optional() }).optional(),
};

export const customerOperations: readonly Operation[] = [
  operation('POST', '/v1/customers', { ...shape, payment_method: text.optional() }, (work, params) => {
    const built = buildCustomer({
      email: params.email ?? null,
      name: params.name ?? null,
      description: params.description ?? null,
      phone: params.phone ?? null,
      address: addressOf(params.address),
      metadata: mergeMetadata(null, params.metadata),
      at: work.at,
    });
    work.tables.put('customer', built);
    emit(work, 'customer.created', built);
    const wanted = params.payment_method;
    const method = wanted === undefined ? null : attachMethod(work, resolveMethod(work, wanted), built.id);
    // A test name stands for the payment method that it has just made.
    const named = params.invoice_settings?.default_payment_method ?? null;
    const chosen = named !== null && named === wanted ? (method?.id ?? null) : named;
    return setDefault(work, built, chosen);
  }),
  operation(
    'GET',
    '/v1/customers',
    { ...page, email: text.optional(), created: created.optional() },
    (work, params) => {
      const matching = work.tables
        .list('customer')
        .filter((one) => params.email === undefined || one.email === params.email)
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/customers', matching, params);
    },
  ),
  operation(
    'GET',
    '/v1/customers/:id',
    {},
    ({ tables }, _, id) => tables.find('deleted_customer', id) ?? tables.get('customer', id),
  ),
  operation('DELETE', '/v1/customers/:id', {}, (work, _, id) =>
    deleteCustomer(work, work.tables.get('customer', id)),
  ),
  operation('POST', '/v1/customers/:id', shape, (work, params, id) => {
    const customer = work.tables.get('customer', id);
    const patch: Partial<Stripe.Customer> = {
      email: params.email === undefined ? customer.email : params.email,
      name: params.name === undefined ? (customer.name ?? null) : params.name,
      description: params.description === undefined ? customer.description : params.description,
      ...(params.phone === undefined ? {} : { phone: params.phone }),
      ...(params.address === undefined ? {} : { address: addressOf(params.address) }),
      metadata: mergeMetadata(customer.metadata, params.metadata),
    };
    const updated = change(work, 'customer', customer, patch, 'customer.updated');
    const chosen = params.invoice_settings?.default_payment_method;
    return chosen === undefined ? updated : setDefault(work, updated, chosen);
  }),
];

function addressOf(given: z.output<typeof address> | undefined): Stripe.Address | null {
  if (given === undefined || given === null) return null;
  const { city = null, country = null, line1 = null, line2 = null, state = null } = given;
  return { city, country, line1, line2, postal_code: given.postal_code ?? null, state };
}

function setDefault(work: Work, customer: Stripe.Customer, wanted: string | null): Stripe.Customer {
  if (wanted !== null) {
    const method = work.tables.get('payment_method', wanted, 'invoice_settings[default_payment_method]');
    if (refOrNull(method.customer) !== customer.id) {
      throw invalidRequest(
        `The customer does not have a payment method with the ID ${wanted}. The payment method must be attached to the customer.`,
        { param: 'invoice_settings[default_payment_method]' },
      );
    }
  }
  const invoiceSettings = { ...customer.invoice_settings, default_payment_method: wanted };
  return work.tables.put('customer', { ...customer, invoice_settings: invoiceSettings });
}
