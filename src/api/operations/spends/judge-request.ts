import type { Knex } from 'knex';
import { notSold } from '../../../domain/catalog/not-sold';
import { priceOf } from '../../../domain/catalog/price';
import type { DomainError } from '../../../domain/errors';
import type { Instant } from '../../../domain/instants';
import { errorOf } from '../../../domain/refusal';
import { planSpend, type SpendPlan } from '../../../domain/spends/plan-spend';
import type { SpendRefusal } from '../../../domain/spends/refusals';
import type { SpendRequest } from '../../../domain/spends/spend';
import type { SpendFacts } from '../../../domain/spends/spend-facts';
import { findCustomer, getCustomer, type Customer } from '../../../store/customers';
import { loadSpendFacts, loadSpendTerms, type SpendTerms } from '../../../store/spend-facts';
import { assertKnown } from '../catalog/assert-known';
import { invalidInput } from './spend-request';

/** A request, judged by what its customer buys by. */
export interface Judged {
  readonly customer: Customer;
  readonly terms: SpendTerms;
  /** What the customer's version does not sell; thrown last, because everything else is told first. */
  readonly notSold: DomainError | null;
  /** Null where it is not sold. */
  readonly asked: { readonly facts: SpendFacts; readonly plan: SpendPlan | SpendRefusal } | null;
}

/**
 * Finds what a request asks for in the customer's version of the catalog and judges it. Throws `invalid_request` for an action that
 * no published version has and for a bad input, `price_not_computable`, and `not_found`, in this order. For an unknown customer
 * the newest version says what a good input is.
 */
export async function judgeRequest(
  { db, at, trainable }: { readonly db: Knex; readonly at: Instant; readonly trainable: boolean },
  {
    customerId,
    request,
    rules,
  }: { readonly customerId: string; readonly request: SpendRequest; readonly rules: Rules },
): Promise<Judged> {
  const [customer, terms] = await Promise.all([
    findCustomer(db, customerId),
    loadSpendTerms(db, { customerId, at }),
  ]);
  const { catalog } = terms;
  const action = catalog.actions.get(request.action);
  if (action === undefined) {
    await assertKnown(db, catalog, { kind: 'actions', id: request.action, field: 'action' });
    return {
      customer: customer ?? (await getCustomer(db, customerId)),
      terms,
      notSold: notSold(catalog, 'actions', request.action),
      asked: null,
    };
  }
  const faults = action.input[rules](request.input);
  if (faults.length > 0) throw invalidInput(faults);
  priceOf(action, request.input);
  const known = customer ?? (await getCustomer(db, customerId));
  const facts = {
    ...(await loadSpendFacts(db, known.id, { ...terms, action, input: request.input })),
    trainable,
  };
  const plan = planSpend(request.input, facts);
  if (!plan.allowed && plan.code === 'not_found') throw errorOf(plan);
  return { customer: known, terms, notSold: null, asked: { facts, plan } };
}

/** Which of an action's rules a request is checked by. */
type Rules = 'faultsOf' | 'faultsOfQuote';
