import type { SpendRequest } from '../../domain/spends/spend';
import type { Spend } from '../../store/spends';

/** What a recorded spend asked for. Its action and input were written together, out of one request. */
export function spendRequestOf({ action, input }: Pick<Spend, 'action' | 'input'>): SpendRequest {
  return { action, input } as SpendRequest;
}
