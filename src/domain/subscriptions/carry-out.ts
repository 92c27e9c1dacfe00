import { refused } from '../refusal';
import { decide } from './commands';
import type { AnsweredCommand, StripeCall } from './effects';
import { addPayment } from './facts';
import type { CommandOutcome, Intent, SubscriptionCommand } from './inputs';
import type { SubscriptionState } from './state';

/** The state after a command or its outcome, with the calls to Stripe and the answers that follow. */
export interface Carried {
  readonly state: SubscriptionState;
  readonly calls: readonly StripeCall[];
  readonly answer: AnsweredCommand | null;
}

/** How many answers are remembered. */
const ANSWERS_MAX = 20;

/**
 * Takes in a command: refuses it, carries it out at once when it needs no calls to Stripe, or keeps it while they are made.
 * A command may be repeated: until it is done it gives the same calls, afterwards the same answer.
 */
export function takeCommand(state: SubscriptionState, command: SubscriptionCommand): Carried {
  const { commandId } = command;
  const answer = state.answers.find((one) => one.commandId === commandId);
  if (answer !== undefined) return { state, calls: [], answer };
  if (state.command?.commandId === commandId) return { state, calls: state.command.calls, answer: null };
  if (state.command !== null) {
    const message = 'Another change of the subscription is being carried out.';
    return answered(state, { commandId, ...refused({ code: 'state_conflict', message }) });
  }
  const decision = decide(state, command);
  if (decision.outcome === 'refused') return answered(state, { commandId, ...decision });
  if (decision.requests.length === 0)
    return answered(fulfil(state, decision.intent), { commandId, outcome: 'done' });
  const calls = decision.requests.map((request, index) => ({
    operationId: `${commandId}:${String(index)}:${request.type}`,
    ...request,
  }));
  return { state: { ...state, command: { commandId, calls, intent: decision.intent } }, calls, answer: null };
}

/** Takes in the outcome of the calls; an outcome of any other command than the current one changes nothing. */
export function takeOutcome(state: SubscriptionState, outcome: CommandOutcome): Carried {
  const { commandId } = outcome;
  const pending = state.command;
  if (pending?.commandId !== commandId) return { state, calls: [], answer: null };
  const idle = { ...state, command: null };
  if (outcome.type === 'command_done') {
    const unvoidedUntil = outcome.isInFlight === true ? state.at : state.unvoidedUntil;
    return answered({ ...fulfil(idle, pending.intent), unvoidedUntil }, { commandId, outcome: 'done' });
  }
  const { code, message } = outcome;
  return answered(idle, { commandId, ...refused({ code, message }) });
}

function answered(state: SubscriptionState, answer: AnsweredCommand): Carried {
  return {
    state: { ...state, answers: [...state.answers, answer].slice(-ANSWERS_MAX) },
    calls: [],
    answer,
  };
}

function fulfil(state: SubscriptionState, intent: Intent): SubscriptionState {
  switch (intent.type) {
    case 'order':
      return withOrder(state, intent);
    case 'end':
      return { ...state, cancelAt: intent.at };
    case 'abandon':
      return { ...state, expired: true };
    case 'pause':
      return { ...state, pause: { from: intent.at, to: null } };
    case 'resume': {
      const { pause } = state;
      const resumed = pause !== null && pause.to === null ? { ...pause, to: state.at } : pause;
      return { ...state, cancelAt: null, pause: resumed };
    }
    case 'payment':
      return addPayment(state, intent.payment, null);
    case 'catalog': {
      const { catalogVersion, planNames, graceMs, credits, at } = intent;
      const names = planNames === undefined ? {} : { planNames };
      return withOrder({ ...state, ...names, catalogVersion, graceMs }, { plan: state.plan, credits, at });
    }
  }
}

/** Orders a plan for the next renewal, unless a later payment has ordered another one in between. */
function withOrder(
  state: SubscriptionState,
  { plan, credits, at }: Pick<Extract<Intent, { readonly type: 'order' }>, 'plan' | 'credits' | 'at'>,
): SubscriptionState {
  return at < state.orderedAt ? state : { ...state, plan, planCredits: credits, orderedAt: at };
}
