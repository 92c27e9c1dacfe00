import {
  CancellationScope,
  condition,
  currentUpdateInfo,
  log,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ErrorCode } from '../domain/errors';
import { parseInstant, type Instant } from '../domain/instants';
import { PLAN_IDS } from '../domain/catalog';
import { viewOf, type SubscriptionCommand, type SubscriptionState } from '../domain/subscription';
import { demand, isLine, isPaymentFact, membersOf } from './arguments';
import type { CancelRequest } from './cancel-request';
import {
  cancelUpdate,
  changePlanUpdate,
  forgetExternalIdSignal,
  lookAgainUpdate,
  migrateUpdate,
  openSubscriptionUpdate,
  pauseUpdate,
  paymentFactSignal,
  recordPaymentUpdate,
  replaceUpdate,
  resumeUpdate,
  SEARCH_ATTRIBUTES,
  stateQuery,
  type CommandAnswer,
  type OpenAnswer,
  type PaymentFact,
} from './messages';

type WithoutTerms<Command> = Command extends unknown ? Omit<Command, 'at' | 'terms' | 'graceMs'> : never;

/**
 * What somebody wants of the subscription, in the order of asking; `look_again` only wants it to be looked at, `replace` that
 * it gives way to a later one.
 */
export type Order =
  | WithoutTerms<SubscriptionCommand>
  | { readonly type: 'look_again'; readonly commandId: string }
  | { readonly type: 'replace'; readonly commandId: string };

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
  /** Null while nobody has asked Temporal to cancel this run. */
  cancelRequest: CancelRequest | null;
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

/**
 * Registers what can be said to the subscription: first what operators send, as the Web UI lists it. Handlers only note what
 * they hear; the loop does the work. Who waits for an answer gets it although somebody has asked to cancel the workflow.
 */
export function listen(shell: Shell): void {
  const order = (wanted: (commandId: string) => Order): Promise<CommandAnswer> => {
    const commandId = currentUpdateInfo()?.id ?? '';
    return CancellationScope.nonCancellable(async () => {
      shell.orders.push(wanted(commandId));
      await condition(() => shell.answers.has(commandId));
      return shell.answers.get(commandId) as CommandAnswer;
    });
  };
  listenToOperators(order);
  listenInside(shell, order);
}

type TakeOrder = (wanted: (commandId: string) => Order) => Promise<CommandAnswer>;

function listenToOperators(order: TakeOrder): void {
  setHandler(lookAgainUpdate, () => order((commandId) => ({ type: 'look_again', commandId })), {
    description: 'Reads everything about it at Stripe again, and does what follows.',
  });
  setHandler(
    recordPaymentUpdate,
    ({ paidThrough: text, reference }) => {
      const paidThrough = parseInstant(text) ?? text;
      return order((commandId) => ({ type: 'record_payment', commandId, paidThrough, reference }));
    },
    {
      description: 'Money seen outside Stripe. {"paidThrough": "2027-01-31T00:00:00.000Z", "reference": "…"}',
      validator: (argument: unknown) => {
        const { paidThrough, reference } = membersOf(argument);
        const isInstant = typeof paidThrough === 'string' && parseInstant(paidThrough) !== undefined;
        demand(isInstant, 'paidThrough is an instant as 2027-01-31T00:00:00Z.');
        demand(isLine(reference), 'reference is a line of text, for the books.');
      },
    },
  );
  setHandler(cancelUpdate, ({ when }) => order((commandId) => ({ type: 'cancel', commandId, when })), {
    description: 'Ends it when the paid time ends, or now. {"when": "period_end"} or {"when": "now"}',
    validator: (argument: unknown) => {
      const { when } = membersOf(argument);
      demand(when === 'period_end' || when === 'now', 'Say {"when": "period_end"} or {"when": "now"}.');
    },
  });
  setHandler(resumeUpdate, () => order((commandId) => ({ type: 'resume', commandId })), {
    description: 'Undoes a scheduled cancel, or ends a pause.',
  });
  setHandler(pauseUpdate, () => order((commandId) => ({ type: 'pause', commandId })), {
    description: 'No grants and no charges until it is resumed.',
  });
  setHandler(
    changePlanUpdate,
    ({ plan }) => order((commandId) => ({ type: 'change_plan', commandId, plan })),
    {
      description: 'A higher plan now, once it is paid; a lower one when the paid time ends. {"plan": "pro"}',
      validator: (argument: unknown) => {
        const { plan } = membersOf(argument);
        demand(
          PLAN_IDS.some((id) => id === plan),
          'Name a plan of the catalog: {"plan": "pro"}.',
        );
      },
    },
  );
  setHandler(
    migrateUpdate,
    ({ catalogVersion }) => order((commandId) => ({ type: 'migrate', commandId, catalogVersion })),
    {
      description: 'To another catalog version, from the next period on. {"catalogVersion": "…"}',
      validator: (argument: unknown) =>
        demand(isLine(membersOf(argument)['catalogVersion']), 'Say {"catalogVersion": "…"}.'),
    },
  );
}

/** What Scrip itself sends. */
function listenInside(shell: Shell, order: TakeOrder): void {
  const open = (): Promise<OpenAnswer> =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => shell.opened !== null);
      return shell.opened as OpenAnswer;
    });
  setHandler(openSubscriptionUpdate, open, {
    description: 'Inner: sent by the API that starts it; whether the checkout is open, or why not.',
  });
  setHandler(replaceUpdate, () => order((commandId) => ({ type: 'replace', commandId })), {
    description:
      'Inner: from a later opening of the customer; ends this one if nothing is paid. {"by": "sub_…"} By hand, use cancel.',
    validator: (argument: unknown) => demand(isLine(membersOf(argument)['by']), 'Say {"by": "sub_…"}.'),
  });
  const hear = (fact: PaymentFact) => {
    if (isPaymentFact(fact)) shell.facts.push(fact);
    else log.warn('a signal paymentFact without a fact is left');
  };
  setHandler(paymentFactSignal, hear, {
    description:
      'Inner: from the inbox; a payment may have changed, so it is read again at Stripe. By hand, use lookAgain.',
  });
  const forget = () => upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.externalId, value: null }]);
  setHandler(forgetExternalIdSignal, forget, {
    description: 'Inner: the customer was erased; takes ScripExternalId off.',
  });
  setHandler(stateQuery, () => (shell.state === null ? null : viewOf(shell.state)), {
    description: 'The subscription as its workflow sees it.',
  });
}
