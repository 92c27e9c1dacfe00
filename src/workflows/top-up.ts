import {
  allHandlersFinished,
  CancellationScope,
  condition,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { demand, isLine, membersOf } from './arguments';
import { observeCreditsSignal, removeAutoTopUpUpdate, setAutoTopUpUpdate, type TopUpInput } from './messages';
import { now } from './now';

const { stepTopUp } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});
const { openTopUp, chargeTopUp } = proxyActivities<Activities>({
  summary: 'Orders and charges packs at Stripe',
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});

type Input = Parameters<Activities['stepTopUp']>[0]['input'];
type Purchase = NonNullable<Awaited<ReturnType<Activities['stepTopUp']>>>;

/**
 * A customer's automatic top-up, as long as it has something to do: takes in settings and hints one at a time, so that there
 * is never more than one purchase, and carries a purchase to its end. What it knows is kept in Postgres between the runs.
 */
export async function topUp({ customerId }: TopUpInput): Promise<void> {
  setCurrentDetails(`Looks whether ${customerId} has too few credits and may buy more.`);
  const inputs: Input[] = [];
  let done = 0;
  const take = async (input: Input): Promise<null> => {
    const place = done + inputs.push(input);
    await condition(() => done >= place);
    return null;
  };
  setHandler(setAutoTopUpUpdate, (setting) => take({ type: 'set', setting }), {
    description:
      'Buys packs by itself when credits run low; setting it again ends a stop. ' +
      '{"threshold": 100, "pack": "…", "quantity": 1, "monthlyMaximum": 3}',
    validator: (argument: unknown) => {
      const { pack, ...numbers } = membersOf(argument);
      const counts = [numbers['threshold'], numbers['quantity'], numbers['monthlyMaximum']];
      demand(isLine(pack), 'pack is the id of a pack of the catalog.');
      demand(counts.every(isCount), 'threshold, quantity and monthlyMaximum are whole and positive.');
    },
  });
  setHandler(removeAutoTopUpUpdate, () => take({ type: 'removed' }), {
    description: 'Buys nothing by itself.',
  });
  setHandler(
    observeCreditsSignal,
    () => {
      if (!inputs.slice(1).some(({ type }) => type === 'observe')) inputs.push({ type: 'observe' });
    },
    { description: 'Looks whether credits have run low.' },
  );
  await CancellationScope.nonCancellable(async () => {
    while (inputs.length > 0 || !allHandlersFinished()) {
      await condition(() => inputs.length > 0 || allHandlersFinished());
      const [input] = inputs;
      if (input === undefined) continue;
      await carryThrough(customerId, input);
      inputs.shift();
      done += 1;
    }
  });
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** Takes in one input, makes the purchase that follows from it, and looks again, until there is nothing more to buy. */
async function carryThrough(customerId: string, first: Input): Promise<void> {
  let input: Input | null = first;
  while (input !== null) {
    const purchase: Purchase | null = await stepTopUp({ customerId, input, at: now() });
    if (purchase !== null) input = await buy(customerId, purchase);
    else input = input.type === 'set' || input.type === 'bought' ? { type: 'observe' } : null;
  }
}

async function buy(customerId: string, purchase: Purchase): Promise<Input> {
  const { number, quantity, pack } = purchase;
  setCurrentDetails(`Buying ${quantity} × ${pack} for ${customerId}.`);
  const opened = await openTopUp({ customerId, purchase, at: now() });
  const result = await chargeTopUp({ ...opened, at: now() });
  const outcome = result.outcome === 'bought' ? 'bought' : `stopped: ${result.reason}`;
  setCurrentDetails(`Bought ${quantity} × ${pack} for ${customerId}: ${outcome}.`);
  return result.outcome === 'bought'
    ? { type: 'bought', number }
    : { type: 'failed', number, at: now(), reason: result.reason };
}
