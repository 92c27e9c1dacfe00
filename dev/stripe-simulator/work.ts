import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import type { Tables } from './store';

/** The one version whose shapes the simulator speaks: the one that the adapter pins. */
export const API_VERSION = '2026-10-28.endive';

/** One piece of work: a request, or a task that came due. Runs inside one transaction. */
export interface Work {
  readonly tables: Tables;
  /** The instant of everything it does, in seconds since the epoch. */
  readonly at: number;
  /** Where the hosted pages are. */
  readonly baseUrl: string;
  readonly request: Stripe.Event.Request | null;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A fresh id in Stripe's form: the prefix of the kind and 24 letters and digits. */
export function stripeId(prefix: string): string {
  return `${prefix}_${Array.from(randomBytes(24), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('')}`;
}

/** The id behind a reference; the simulator's own records hold ids, the types allow whole objects too. */
export function refOf(reference: string | { readonly id: string }): string {
  return typeof reference === 'string' ? reference : reference.id;
}

/** The same for a reference that may be missing. */
export function refOrNull(reference: string | { readonly id: string } | null | undefined): string | null {
  return reference === null || reference === undefined ? null : refOf(reference);
}

/**
 * A decimal as it travels: text. The SDK's types describe what it makes of that text, an object of its own class, which
 * would not survive the state file.
 */
export function decimal(value: number): Stripe.Decimal {
  return String(value) as unknown as Stripe.Decimal;
}

/** Seconds of an hour. */
export const HOUR = 3600;

/** Seconds of a day. */
export const DAY = 86_400;
