import { moveBalance } from '../billing/customer-balance';
import { operation, type Operation } from '../http/operation';
import { paginate } from '../http/paginate';
import { currency, integer, metadata, page, text } from '../http/params';
import { resourceMissing } from '../stripe-error';
import { refOf } from '../work';
import { mergeMetadata } from '../metadata';

/** A customer's balance, as a person moves it in the dashboard; a negative amount is a credit. */
export const balanceOperations: readonly Operation[] = [
  operation(
    'POST',
    '/v1/customers/:id/balance_transactions',
    { amount: integer, currency, description: text.optional(), metadata: metadata.optional() },
    (work, params, id) =>
      moveBalance(work, {
        customer: work.tables.get('customer', id).id,
        amount: params.amount,
        currency: params.currency,
        type: 'adjustment',
        description: params.description ?? null,
        metadata: mergeMetadata(null, params.metadata),
      }),
  ),
  operation('GET', '/v1/customers/:id/balance_transactions', page, ({ tables }, params, id) => {
    const matching = tables.list('customer_balance_transaction').filter((one) => refOf(one.customer) === id);
    return paginate(`/v1/customers/${id}/balance_transactions`, matching, params);
  }),
  operation('GET', '/v1/customers/:id/balance_transactions/:id', {}, ({ tables }, _, id, [, moveId = '']) => {
    const move = tables.find('customer_balance_transaction', moveId);
    if (move === undefined || refOf(move.customer) !== id) {
      throw resourceMissing('customer_balance_transaction', moveId);
    }
    return move;
  }),
];
