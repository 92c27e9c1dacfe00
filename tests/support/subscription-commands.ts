import type { Instant } from '../../src/domain/instants';
import type { SubscriptionCommand, SubscriptionStep } from '../../src/domain/subscriptions/subscription';
import { TERMS } from './subscription-play';

export function changePlan(
  instant: Instant,
  plan: 'standard' | 'pro' | 'custom',
  commandId = 'c1',
): SubscriptionCommand {
  return { type: 'change_plan', at: instant, commandId, plan, terms: TERMS };
}

export function cancel(instant: Instant, when: 'period_end' | 'now' = 'period_end'): SubscriptionCommand {
  return { type: 'cancel', at: instant, commandId: 'c1', when };
}

export function pause(instant: Instant, commandId = 'p1'): SubscriptionCommand {
  return { type: 'pause', at: instant, commandId };
}

export function resume(instant: Instant): SubscriptionCommand {
  return { type: 'resume', at: instant, commandId: 'r1' };
}

export function done(instant: Instant, commandId: string): SubscriptionStep {
  return { type: 'command_done', at: instant, commandId };
}

export function failed(instant: Instant, commandId: string): SubscriptionStep {
  return { type: 'command_failed', at: instant, commandId, code: 'payment_failed', message: 'declined' };
}
