import { z } from 'zod';
import { attachMethod, createMethod, detachMethod, resolveMethod } from '../billing/methods';
import { operation, type Operation } from '../http/operation';
import { paginate } from '../http/paginate';
import { page, text } from '../http/params';
import { cardError, invalidRequest } from '../stripe-error';
import { findTestBank, type TestBank } from '../test-banks';
import { findTestCard } from '../test-cards';
import { refOrNull } from '../work';

const digits = z.string().regex(/^[\d -]+$/, 'Invalid digits');

export const paymentMethodOperations: readonly Operation[] = [
  operation(
    'POST',
    '/v1/payment_methods',
    {
      type: z.enum(['card', 'sepa_debit', 'us_bank_account']),
      sepa_debit: z.strictObject({ iban: text }).optional(),
      us_bank_account: z
        .strictObject({
          account_number: digits,
          routing_number: z.literal('110000000', 'the test accounts are at 110000000'),
          account_holder_type: z.enum(['company', 'individual']).optional(),
          account_type: z.enum(['checking', 'savings']).optional(),
        })
        .optional(),
      billing_details: z.strictObject({ email: text.optional(), name: text.optional() }).optional(),
      card: z
        .union([
          z.strictObject({ token: text }),
          z.strictObject({
            number: digits,
            exp_month: digits.optional(),
            exp_year: digits.optional(),
            cvc: digits.optional(),
          }),
        ])
        .optional(),
    },
    (work, { card, sepa_debit: sepa, us_bank_account: account }) => {
      const number = sepa?.iban ?? account?.account_number;
      if (number !== undefined) return createMethod(work, bankNamed(number));
      if (card === undefined) throw invalidRequest('Missing required param: card.', { param: 'card' });
      if ('token' in card) return resolveMethod(work, card.token.replace(/^tok_/, 'pm_card_'));
      const known = findTestCard(card.number);
      if (known !== undefined) return createMethod(work, known);
      throw cardError({
        code: 'incorrect_number',
        declineCode: 'incorrect_number',
        message: 'Your card number is incorrect.',
      });
    },
  ),
  operation(
    'GET',
    '/v1/payment_methods',
    { ...page, customer: text.optional(), type: text.optional() },
    ({ tables }, params) => {
      const matching = tables
        .list('payment_method')
        .filter((one) => params.customer === undefined || refOrNull(one.customer) === params.customer)
        .filter((one) => params.type === undefined || one.type === params.type);
      return paginate('/v1/payment_methods', matching, params);
    },
  ),
  operation('GET', '/v1/payment_methods/:id', {}, ({ tables }, _, id) => tables.get('payment_method', id)),
  operation('POST', '/v1/payment_methods/:id/attach', { customer: text }, (work, { customer }, id) =>
    attachMethod(work, resolveMethod(work, id), work.tables.get('customer', customer, 'customer').id),
  ),
  operation('POST', '/v1/payment_methods/:id/detach', {}, (work, _, id) =>
    detachMethod(work, work.tables.get('payment_method', id)),
  ),
  operation(
    'GET',
    '/v1/customers/:id/payment_methods',
    { ...page, type: text.optional() },
    ({ tables }, params, id) => {
      tables.get('customer', id);
      const matching = tables.list('payment_method').filter((one) => refOrNull(one.customer) === id);
      return paginate(`/v1/customers/${id}/payment_methods`, matching, params);
    },
  ),
];

function bankNamed(number: string): TestBank {
  const bank = findTestBank(number);
  if (bank !== undefined) return bank;
  throw invalidRequest('The simulator knows the test accounts of https://docs.stripe.com/testing only.', {
    code: 'account_number_invalid',
  });
}
