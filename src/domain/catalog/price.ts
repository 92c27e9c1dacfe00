import { credits, type Credits } from '../credits';
import { DomainError } from '../errors';
import type { Action, ActionInput } from './catalog';
import { withoutRoundingError } from './whole-number';

/** No spend costs more. */
const CREDITS_MAX = 1_000_000_000;

export interface Price {
  /** Credits a unit; may be a fraction, since only the product is paid. */
  readonly unitCredits: number;
  readonly quantity: number;
  readonly credits: Credits;
}

/**
 * What an action costs with an input, which must have been checked by the action's rules. Throws
 * `DomainError('price_not_computable')` with the expression when there is no such price: a formula without a value, a product that is no
 * whole number (rounding errors of doubles apart), or one outside of what a spend may cost.
 */
export function priceOf(action: Pick<Action, 'price' | 'quantity'>, input: ActionInput): Price {
  const unitCredits = withoutRoundingError(action.price.evaluate(input));
  const quantity = withoutRoundingError(action.quantity.evaluate(input));
  const product = withoutRoundingError(unitCredits * quantity);
  const fault = faultOf(unitCredits, quantity, product);
  if (fault !== undefined) throw notComputable(expressionOf(action), fault);
  return { unitCredits, quantity, credits: credits(product) };
}

/** The refusal of an input that an expression gives no price for. */
export function notComputable(expression: string, why: string): DomainError {
  return new DomainError('price_not_computable', `No price can be computed with ${expression}: ${why}.`, {
    expression,
  });
}

function faultOf(unitCredits: number, quantity: number, product: number): string | undefined {
  if (unitCredits < 0) return `${unitCredits} credits a unit are less than 0`;
  if (quantity < 0) return `${quantity} units are less than 0`;
  const sum = `${unitCredits} credits for each of ${quantity} units`;
  if (product > CREDITS_MAX) return `${sum} are more than ${CREDITS_MAX}`;
  return Number.isInteger(product) ? undefined : `${sum} are no whole number of credits`;
}

function expressionOf({ price, quantity }: Pick<Action, 'price' | 'quantity'>): string {
  return quantity.source === 1 ? String(price.source) : `(${price.source}) * (${quantity.source})`;
}
