import { condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { ErrorCode } from '../domain/errors';
import { parseInstant, type Instant } from '../domain/instants';
import { PLAN_IDS, type PlanId } from '../domain/catalog';
import { viewOf, type SubscriptionCommand, type SubscriptionState } from '../domain/subscription';
import {
  cancelUpdate,
  changePlanUpdate,
  lookAgainUpdate,
  migrateUpdate,
  openSubscriptionUpdate,
  pauseUpdate,
  paymentFactSignal,
  recordPaymentUpdate,
  resumeUpdate,
  stateQuery,
  type CommandAnswer,
  type OpenAnswer,
  type PaymentFact,
} from './messages';

type WithoutTerms<Command> = Command extends unknown ? Omit<Command, 'at' | 'terms' | 'graceMs'> : never;

/** What somebody wants of the subscription, in the order of asking; `look_again` only wants it to be looked at. */
export type Order =
  WithoutTerms<SubscriptionCommand> | { readonly type: 'look_again'; readonly commandId: string };

/** All that a run of the workflow knows. Only the state outlives it. */
export interface Shell {
  /** Null before it is opened. */
  state: SubscriptionState | null;
  /** What the opening came to; null while it is under way. */
  opened: OpenAnswer | null;
  readonly facts: PaymentFact[];
  readonly orders: Order[];
  /** By the command's id. */
  readonly answers: Map<string, CommandAnswer>;
  /** When everything was last read at Stripe unasked. */
  lookedAt: Instant | null;
}

export type OpenedShell = Shell & { state: SubscriptionState };

export function isOpened(shell: Shell): shell is OpenedShell {
  return shell.state !== null;
}

export function hasNews({ facts, orders }: Shell): boolean {
  return facts.length > 0 || orders.length > 0;
}

/** Answers every order that waits with the same refusal. */
export function refuseAll({ orders, answers }: Shell, code: ErrorCode, message: string): void {
  for (const { commandId } of orders.splice(0)) answers.set(commandId, { outcome: 'refused', code, message });
}

/** Registers what can be said to the subscription. Handlers only note what they hear; the loop does the work. */
export function listen(shell: Shell): void {
  const order = async (wanted: (commandId: string) => Order): Promise<CommandAnswer> => {
    const commandId = currentUpdateInfo()?.id ?? '';
    shell.orders.push(wanted(commandId));
    await condition(() => shell.answers.has(commandId));
    return shell.answers.get(commandId) as CommandAnswer;
  };
  const open = async (): Promise<OpenAnswer> => {
    await condition(() => shell.opened !== null);
    return shell.opened as OpenAnswer;
  };
  setHandler(openSubscriptionUpdate, open, { description: 'Whether the checkout is open, or why not.' });
  setHandler(
    changePlanUpdate,
    ({ plan }) => order((commandId) => ({ type: 'change_plan', commandId, plan })),
    {
      description: 'A higher plan now, once it is paid; a lower one when the paid time ends. {"plan": "pro"}',
      validator: ({ plan }: { plan: PlanId }) => demand(PLAN_IDS.includes(plan), `There is no plan ${plan}.`),
    },
  );
  setHandler(cancelUpdate, ({ when }) => order((commandId) => ({ type: 'cancel', commandId, when })), {
    description: 'Ends it when the paid time ends, or now. {"when": "period_end"} or {"when": "now"}',
    validator: ({ when }: { when: string }) =>
      demand(['period_end', 'now'].includes(when), `When is ${when}?`),
  });
  setHandler(resumeUpdate, () => order((commandId) => ({ type: 'resume', commandId })), {
    description: 'Undoes a scheduled cancel, or ends a pause.',
  });
  setHandler(pauseUpdate, () => order((commandId) => ({ type: 'pause', commandId })), {
    description: 'No grants and no charges until it is resumed.',
  });
  setHandler(
    recordPaymentUpdate,
    ({ paidThrough, reference }) =>
      order((commandId) => ({ type: 'record_payment', commandId, paidThrough, reference })),
    {
      description: 'Money seen outside Stripe. {"paidThrough": "2027-01-31T00:00:00.000Z", "reference": "…"}',
      validator: ({ paidThrough, reference }: { paidThrough: string; reference: string }) => {
        demand(parseInstant(paidThrough) === paidThrough, `${paidThrough} is not an instant in UTC.`);
        demand(reference.trim() !== '', 'A reference is needed.');
      },
    },
  );
  setHandler(
    migrateUpdate,
    ({ catalogVersion }) => order((commandId) => ({ type: 'migrate', commandId, catalogVersion })),
    { description: 'To another catalog version, from the next period on. {"catalogVersion": "…"}' },
  );
  setHandler(lookAgainUpdate, () => order((commandId) => ({ type: 'look_again', commandId })), {
    description: 'Reads everything about it at Stripe again, and does what follows.',
  });
  setHandler(paymentFactSignal, (fact) => void shell.facts.push(fact), {
    description: 'Something about a payment may have changed: read it again at Stripe.',
  });
  setHandler(stateQuery, () => (shell.state === null ? null : viewOf(shell.state)), {
    description: 'The subscription as its workflow sees it.',
  });
}

/** Throws in a validator: the update is rejected before it is written into the history. */
function demand(isMet: boolean, message: string): void {
  if (!isMet) throw new TypeError(message);
}
