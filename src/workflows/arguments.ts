import { isReadableLine } from '../domain/readable-line';
import type { PaymentHint } from './payments/messages';

/*
 * The argument of an update or a signal. Operators send them by hand in the Web UI, so it may be anything, and a handler that
 * throws because of it would stop its workflow: an update's validator refuses it first, a signal's handler ignores it.
 */

const FACT_TYPES: readonly unknown[] = [
  'invoice',
  'checkout_session',
  'payment',
  'subscription',
  'refund',
  'dispute',
  'credit_note',
] satisfies PaymentHint['objectType'][];
const TEXT_LENGTH_MAX = 200;

/** The members of an argument; none when it has none. */
export function membersOf(argument: unknown): Readonly<Record<string, unknown>> {
  return typeof argument === 'object' && argument !== null ? { ...argument } : {};
}

/** To be called in a validator: throws, so that the update is rejected before it is written into the history. */
export function demand(isMet: boolean, message: string): void {
  if (!isMet) throw new TypeError(message);
}

/** Whether it is one short line that people can read and Postgres can store. */
export function isLine(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= TEXT_LENGTH_MAX &&
    isReadableLine(value)
  );
}

/** Whether it can be the id of a plan in some catalog. */
export function isCatalogId(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9_]{1,64}$/.test(value);
}

export function isPaymentFact(fact: unknown): fact is PaymentHint {
  const { eventId, objectType, objectId } = membersOf(fact);
  return isLine(eventId) && isLine(objectId) && FACT_TYPES.includes(objectType);
}
