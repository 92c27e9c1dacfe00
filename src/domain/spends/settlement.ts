import type { Catalog } from '../catalog';
import { credits, type Credits } from '../credits';
import type { SpendStatus } from './spend';

/** How the work of a spend ended, according to the provider. */
export interface JobEnd {
  /** `canceled`: stopped at the customer's request before it was done. */
  readonly status: 'succeeded' | 'failed' | 'canceled';
  readonly failure: { readonly code: string; readonly detail: string } | null;
  /** How many of the units asked for were delivered and are safely stored; for a training 1 when the model is ready. */
  readonly delivered: number;
}

/** What a spend costs in the end. `captured` and `released` add up to what was reserved. */
export interface Settlement {
  readonly status: Extract<SpendStatus, 'succeeded' | 'failed' | 'canceled'>;
  readonly captured: Credits;
  readonly released: Credits;
  readonly failure: JobEnd['failure'];
}

/**
 * Charges what was delivered: the pinned price of each delivered unit is captured and the rest released, however the work
 * ended. Work that claims success but delivered nothing has failed.
 */
export function settlementOf(
  reserved: { readonly unitCredits: number; readonly quantity: number; readonly credits: number },
  end: JobEnd,
): Settlement {
  const delivered = Math.min(end.delivered, reserved.quantity);
  const captured = credits(reserved.unitCredits * delivered);
  const empty = end.status === 'succeeded' && delivered === 0;
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

/** The artist's share of the credits captured for a licence, rounded down to whole credits. */
export function royaltyOf(catalog: Catalog, captured: Credits): Credits {
  return credits(Math.floor((captured * catalog.policies.royaltyBasisPoints) / 10_000));
}
