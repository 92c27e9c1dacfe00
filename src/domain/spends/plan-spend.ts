import type { Visibility } from '../actions/definition';
import { definitionOf } from '../actions/definitions';
import type { ActionInput, Rights } from '../catalog/catalog';
import { priceOf, type Price } from '../catalog/price';
import { hasRight } from '../catalog/rights';
import { planRequired, type SpendRefusal } from './refusals';
import type { SpendFacts } from './spend-facts';

/** What an allowed spend costs, and what is stamped on what it makes. */
export interface SpendPlan extends Price {
  readonly allowed: true;
  readonly rights: Rights;
  readonly visibility: Visibility;
}

/**
 * Judges a spend: what it costs and whether the customer may do it now. Pure, so that the quote, the admission and the
 * saga's own reserve decide alike. Says nothing about credits: that is the ledger's to decide.
 * Existence is judged before rights (404 before 403), and rights before the state of things (403 before 409).
 * Throws `DomainError('price_not_computable')`.
 */
export function planSpend(input: ActionInput, facts: SpendFacts): SpendPlan | SpendRefusal {
  const { action, plan } = facts;
  const definition = definitionOf(action);
  const price = priceOf(action, input);
  const refusal =
    definition.missing(input, facts) ??
    (definition.isHeld(facts) ? null : (unlessRequired(facts) ?? definition.forbidden(input, facts))) ??
    definition.impossible(input, facts);
  if (refusal !== null) return refusal;
  return { allowed: true, ...price, rights: plan.rights, visibility: definition.visibility(input, facts) };
}

/** The refusal of who lacks the right that the catalog requires for the action. */
function unlessRequired(facts: SpendFacts): SpendRefusal | null {
  const { action, plan } = facts;
  const right = action.requires;
  if (right === null || hasRight(plan.rights, right)) return null;
  const message = `The plan ${plan.name} does not include this: ${action.id} requires the right ${right}.`;
  return planRequired(message, facts, right);
}
