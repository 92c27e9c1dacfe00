import { definitionOf } from '../../domain/actions/definitions';
import type { Spend } from '../../store/spends';

/** What a spend asked for, in words for the statement. */
export function wordsOfSpend(
  spend: Pick<Spend, 'runs' | 'delivers' | 'action' | 'input' | 'quantity' | 'unit'>,
): string {
  return definitionOf(spend).words(spend);
}
