import {
  allHandlersFinished,
  CancellationScope,
  condition,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { demand, isLine, membersOf } from '../arguments';
import { hearCancelRequest, linesOfCancelRequest, type CancelRequest } from '../cancel-request';
import { now } from '../now';
import { observeCreditsSignal, removeAutoTopUpUpdate, setAutoTopUpUpdate, type TopUpInput } from './messages';

const { stepTopUp } = proxyLocalActivities<Activities>({
  summary: 'Checks whether to buy packs',
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});
const AT_STRIPE = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
} as const;
const { openTopUp } = proxyActivities<Activities>({ ...AT_STRIPE, summary: 'Orders packs' });
const { chargeTopUp } = proxyActivities<Activities>({ ...AT_STRIPE, summary: 'Charges the card at Stripe' });

type Input = Parameters<Activities['stepTopUp']>[0]['input'];
type Purchase = NonNullable<Awaited<ReturnType<Activities['stepTopUp']>>>;

/**
 * A customer's automatic top-up, running while it has work to do: takes in settings and hints one at a time, so that there is
 * never more than one purchase, and completes each purchase. Its state is kept in Postgres between the runs.
 */
export async function topUp({ customerId }: TopUpInput): Promise<void> {
  const card = createCard(customerId);
  hearCancelRequest((request) => card.ask(request));
  card.say('checks whether credits are low and packs may be bought.');
  const inputs: Input[] = [];
  let done = 0;
  const take = (input: Input): Promise<null> => {
    const place = done + inputs.push(input);
    return CancellationScope.nonCancellable(async () => {
      await condition(() => done >= place);
      return null;
    });
  };
  setHandler(setAutoTopUpUpdate, (setting) => take({ type: 'set', setting }), {
    description:
      'Turns it on or changes it: buys packs when credits run low. Send it again to continue after a stop. ' +
      '{"threshold": 100, "pack": "…", "quantity": 1, "monthlyMaximum": 3}',
    validator: (argument: unknown) => {
      const { pack, ...numbers } = membersOf(argument);
      const counts = [numbers['threshold'], numbers['quantity'], numbers['monthlyMaximum']];
      demand(isLine(pack), 'pack must be the id of a pack in the catalog.');
      demand(counts.every(isCount), 'threshold, quantity and monthlyMaximum must be positive whole numbers.');
    },
  });
  setHandler(removeAutoTopUpUpdate, () => take({ type: 'removed' }), {
    description: 'Turns it off.',
  });
  setHandler(
    observeCreditsSignal,
    () => {
      if (!inputs.slice(1).some(({ type }) => type === 'observe')) inputs.push({ type: 'observe' });
    },
    {
      description: 'Inner: sent when credits may have run low, so that it checks. By hand, use setAutoTopUp.',
    },
  );
  await CancellationScope.nonCancellable(async () => {
    while (inputs.length > 0 || !allHandlersFinished()) {
      await condition(() => inputs.length > 0 || allHandlersFinished());
      const [input] = inputs;
      if (input === undefined) continue;
      await carryThrough(card, input);
      inputs.shift();
      done += 1;
    }
  });
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** Takes in one input, makes the purchase that follows from it, and checks again, until there is nothing more to buy. */
async function carryThrough(card: Card, first: Input): Promise<void> {
  const { customerId } = card;
  let input: Input | null = first;
  while (input !== null) {
    const purchase: Purchase | null = await stepTopUp({ customerId, input, at: now() });
    if (purchase !== null) input = await buy(card, purchase);
    else input = input.type === 'set' || input.type === 'bought' ? { type: 'observe' } : null;
  }
}

async function buy(card: Card, purchase: Purchase): Promise<Input> {
  const { customerId } = card;
  const { number, quantity, pack } = purchase;
  const what = `${quantity} × ${pack}`;
  card.say(`${what} are being bought. If this does not change, the pending activity shows its last failure.`);
  const opened = await openTopUp({ customerId, purchase, at: now() });
  const result = await chargeTopUp({ ...opened, at: now() });
  if (result.outcome === 'bought') {
    card.say(`${what} were bought, and their credits are granted.`);
    return { type: 'bought', number };
  }
  card.say(
    `**stopped**: ${what} were not bought, ${result.reason}. The Update \`setAutoTopUp\` starts it again.`,
  );
  return { type: 'failed', number, at: now(), reason: result.reason };
}

/** The operator's card in the Web UI. */
interface Card {
  readonly customerId: string;
  say(standing: string): void;
  /** Somebody has asked Temporal to cancel the workflow. */
  ask(request: CancelRequest): void;
}

function createCard(customerId: string): Card {
  const instead =
    'It ends by itself when there is nothing to buy. To turn it off, send the Update `removeAutoTopUp`.';
  let standing = '';
  let request: CancelRequest | null = null;
  const show = () => {
    const lines = [
      `**Automatic top-up** of ${customerId}: ${standing}`,
      ...linesOfCancelRequest(request, instead),
    ];
    setCurrentDetails(lines.join('\n\n'));
  };
  return {
    customerId,
    say(words) {
      standing = words;
      show();
    },
    ask(asked) {
      request = asked;
      show();
    },
  };
}
