import type { Catalog } from '../catalog/catalog';
import { withoutRoundingError } from '../catalog/whole-number';
import { credits, type Credits } from '../credits';
import type { SpendStatus } from './spend';

/** How the work of a spend ended, according to the provider. */
export interface JobEnd {
  /** `canceled`: stopped at the customer's request before it was done. */
  readonly status: 'succeeded' | 'failed' | 'canceled';
  readonly failure: { readonly code: string; readonly detail: string } | null;
  /** How many of the units asked for were delivered and are safely stored: all of them for work that is whole or nothing. */
  readonly delivered: number;
}

/** What a spend costs in the end. `captured` and `released` add up to what was reserved. */
export interface Settlement {
  readonly status: Extract<SpendStatus, 'succeeded' | 'failed' | 'canceled'>;
  readonly captured: Credits;
  readonly released: Credits;
  readonly failure: JobEnd['failure'];
}

/** What was asked for, at the price of the moment of the hold. Price and quantity may be fractions; what is held is whole. */
export interface Reserved {
  readonly unitCredits: number;
  readonly quantity: number;
  readonly credits: number;
}

/**
 * Charges what was delivered: the pinned price of each delivered unit is captured, down to whole credits, and the rest released,
 * however the work ended. Who has all units pays all that is held. Work that claims success but delivered nothing has failed.
 */
export function settlementOf(reserved: Reserved, end: JobEnd): Settlement {
  const captured = costOf(reserved, end.delivered);
  const empty = end.status === 'succeeded' && end.delivered === 0 && reserved.quantity > 0;
  return {
    status: empty ? 'failed' : end.status,
    captured,
    released: credits(reserved.credits - captured),
    failure: empty
      ? (end.failure ?? { code: 'provider_error', detail: 'Nothing was delivered.' })
      : end.status === 'succeeded'
        ? null
        : end.failure,
  };
}

/** What so many of the units that are held cost. */
export function costOf(reserved: Reserved, delivered: number): Credits {
  if (delivered >= reserved.quantity) return credits(reserved.credits);
  const cost = Math.floor(withoutRoundingError(reserved.unitCredits * delivered));
  return credits(Math.min(reserved.credits, cost));
}

/** The artist's share of the credits captured for a licence, rounded down to whole credits. */
export function royaltyOf(catalog: Catalog, captured: Credits): Credits {
  return credits(Math.floor((captured * catalog.policies.royaltyBasisPoints) / 10_000));
}
