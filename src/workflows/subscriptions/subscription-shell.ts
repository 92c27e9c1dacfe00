import {
  CancellationScope,
  condition,
  currentUpdateInfo,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { parseInstant, type Instant } from '../../domain/instants';
import { refused, type Refusal } from '../../domain/refusal';
import {
  viewOf,
  type SubscriptionCommand,
  type SubscriptionState,
} from '../../domain/subscriptions/subscription';
import { demand, isCatalogId, isLine, membersOf } from '../arguments';
import type { CancelRequest } from '../cancel-request';
import { SEARCH_ATTRIBUTES, type CommandAnswer, type OpenAnswer } from '../messages';
import { hearPaymentFacts } from '../payments/hear-payment-facts';
import type { PaymentHint } from '../payments/messages';
import {
  cancelUpdate,
  changePlanUpdate,
  forgetExternalIdSignal,
  lookAgainUpdate,
  migrateUpdate,
  openSubscriptionUpdate,
  pauseUpdate,
  recordPaymentUpdate,
  replaceUpdate,
  resumeUpdate,
  stateQuery,
} from './messages';

type WithoutTerms<Command> = Command extends unknown ? Omit<Command, 'at' | 'terms' | 'graceMs'> : never;

/**
 * A request to the subscription; requests are carried out in the order they came. `look_again` only reads it at Stripe again,
 * `replace` makes it give way to a later subscription.
 */
export type SubscriptionRequest =
  | WithoutTerms<SubscriptionCommand>
  | { readonly type: 'look_again'; readonly commandId: string }
  | { readonly type: 'replace'; readonly commandId: string };

/** Everything a run of the workflow knows. Only the state outlives it. */
export interface Shell {
  /** Null before it is opened. */
  state: SubscriptionState | null;
  /** The outcome of the opening; null while it is under way. */
  opened: OpenAnswer | null;
  readonly facts: PaymentHint[];
  readonly requests: SubscriptionRequest[];
  /** By the command's id. */
  readonly answers: Map<string, CommandAnswer>;
  /** When everything was last read at Stripe without an event that asked for it. */
  lookedAt: Instant | null;
  /** Null while nobody has asked Temporal to cancel this run. */
  cancelRequest: CancelRequest | null;
}

export type OpenedShell = Shell & { state: SubscriptionState };

export function isOpened(shell: Shell): shell is OpenedShell {
  return shell.state !== null;
}

export function hasNews({ facts, requests }: Shell): boolean {
  return facts.length > 0 || requests.length > 0;
}

/** Answers every waiting request with the same refusal. */
export function refuseAll({ requests, answers }: Shell, refusal: Refusal): void {
  for (const { commandId } of requests.splice(0)) answers.set(commandId, refused(refusal));
}

/**
 * Registers the messages of the subscription, those for operators first, because the Web UI lists them in this order. Handlers
 * only note what they receive; the loop does the work. A caller gets its answer even when somebody has asked to cancel the
 * workflow.
 */
export function listen(shell: Shell): void {
  const take = (requested: (commandId: string) => SubscriptionRequest): Promise<CommandAnswer> => {
    const commandId = currentUpdateInfo()?.id ?? '';
    return CancellationScope.nonCancellable(async () => {
      shell.requests.push(requested(commandId));
      await condition(() => shell.answers.has(commandId));
      return shell.answers.get(commandId) as CommandAnswer;
    });
  };
  listenToOperators(take);
  listenInside(shell, take);
}

type TakeRequest = (requested: (commandId: string) => SubscriptionRequest) => Promise<CommandAnswer>;

function listenToOperators(take: TakeRequest): void {
  setHandler(lookAgainUpdate, () => take((commandId) => ({ type: 'look_again', commandId })), {
    description: 'Reads everything about it at Stripe again, and acts on what it finds.',
  });
  setHandler(
    recordPaymentUpdate,
    ({ paidThrough: text, reference }) => {
      const paidThrough = parseInstant(text) ?? text;
      return take((commandId) => ({ type: 'record_payment', commandId, paidThrough, reference }));
    },
    {
      description:
        'Records a payment received outside Stripe. {"paidThrough": "2027-01-31T00:00:00.000Z", "reference": "…"}',
      validator: (argument: unknown) => {
        const { paidThrough, reference } = membersOf(argument);
        const isInstant = typeof paidThrough === 'string' && parseInstant(paidThrough) !== undefined;
        demand(isInstant, 'paidThrough must be an instant such as 2027-01-31T00:00:00Z.');
        demand(isLine(reference), 'reference must be one line of text.');
      },
    },
  );
  setHandler(cancelUpdate, ({ when }) => take((commandId) => ({ type: 'cancel', commandId, when })), {
    description: 'Ends it when the paid time ends, or now. {"when": "period_end"} or {"when": "now"}',
    validator: (argument: unknown) => {
      const { when } = membersOf(argument);
      demand(when === 'period_end' || when === 'now', 'Say {"when": "period_end"} or {"when": "now"}.');
    },
  });
  setHandler(resumeUpdate, () => take((commandId) => ({ type: 'resume', commandId })), {
    description: 'Undoes a scheduled cancellation, or ends a pause.',
  });
  setHandler(pauseUpdate, () => take((commandId) => ({ type: 'pause', commandId })), {
    description: 'Pauses it: no grants and no charges until it is resumed.',
  });
  setHandler(
    changePlanUpdate,
    ({ plan }) => take((commandId) => ({ type: 'change_plan', commandId, plan })),
    {
      description:
        'Changes the plan: to a higher one once it is paid, to a lower one when the paid time ends. {"plan": "…"}',
      validator: (argument: unknown) => {
        const { plan } = membersOf(argument);
        demand(isCatalogId(plan), 'Name a plan of the catalog: {"plan": "…"}.');
      },
    },
  );
  setHandler(
    migrateUpdate,
    ({ catalogVersion }) => take((commandId) => ({ type: 'migrate', commandId, catalogVersion })),
    {
      description: 'Moves it to another catalog version, from the next period on. {"catalogVersion": "…"}',
      validator: (argument: unknown) =>
        demand(isLine(membersOf(argument)['catalogVersion']), 'Say {"catalogVersion": "…"}.'),
    },
  );
}

/** What Scrip itself sends. */
function listenInside(shell: Shell, take: TakeRequest): void {
  const open = (): Promise<OpenAnswer> =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => shell.opened !== null);
      return shell.opened as OpenAnswer;
    });
  setHandler(openSubscriptionUpdate, open, {
    description:
      'Inner: sent by the API that starts the subscription. Answers whether the checkout is open, or why not.',
  });
  setHandler(replaceUpdate, () => take((commandId) => ({ type: 'replace', commandId })), {
    description:
      'Inner: sent when the customer opens a later subscription; ends this one if nothing is paid. By hand, use cancel. {"by": "sub_…"}',
    validator: (argument: unknown) => demand(isLine(membersOf(argument)['by']), 'Say {"by": "sub_…"}.'),
  });
  hearPaymentFacts((fact) => shell.facts.push(fact));
  const forget = () => upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.externalId, value: null }]);
  setHandler(forgetExternalIdSignal, forget, {
    description: 'Inner: sent when the customer was erased; removes ScripExternalId.',
  });
  setHandler(stateQuery, () => (shell.state === null ? null : viewOf(shell.state)), {
    description: 'The subscription as its workflow sees it.',
  });
}
