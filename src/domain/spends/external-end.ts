import type { Action, ActionInput, Money } from '../catalog/catalog';
import { priceOf } from '../catalog/price';
import { credits, type Credits } from '../credits';
import { costOf, type Reserved, type Settlement } from './settlement';

/** What the integrator says of the end of work that they do. */
export type WorkReport =
  | {
      readonly says: 'completed';
      /** How many of the units that are held were made; absent: all of them, or what `input` comes to. */
      readonly delivered?: number;
      /** What was really used, priced by the version of the hold. Never together with `delivered`. */
      readonly input?: ActionInput;
      /** What the work came to, as JSON. */
      readonly output?: unknown;
      /** What it cost the integrator. */
      readonly cost?: Money;
    }
  | { readonly says: 'failed'; readonly code: string; readonly detail: string };

/** What a spend of external work costs in the end. */
export interface ExternalSettlement extends Settlement {
  /** The credits that the work came to beyond those that were held; nobody owes them. Null: the work was not completed. */
  readonly shortfall: Credits | null;
  /** How many units are paid for, for the words of the statement. */
  readonly quantity: number;
}

/**
 * Charges what the integrator says was done, never more than is held: units at the price of the hold, or an input at the price that
 * the action gives it. Work that came to nothing has succeeded all the same. A failure costs nothing. What was free when it was held
 * stays free. Throws `DomainError('price_not_computable')`.
 */
export function settlementOfReport(
  { reserved, action, input }: { reserved: Reserved; action: Action; input: ActionInput },
  report: WorkReport,
): ExternalSettlement {
  if (report.says === 'failed')
    return releasedAs('failed', reserved, { code: report.code, detail: report.detail });
  const used = usedBy(reserved, action, report);
  const isFree = reserved.credits === 0 && priceOf(action, input).credits > 0;
  const captured = credits(Math.min(used.credits, reserved.credits));
  return {
    status: 'succeeded',
    captured,
    released: credits(reserved.credits - captured),
    failure: null,
    shortfall: credits(isFree ? 0 : used.credits - captured),
    quantity: used.quantity,
  };
}

/** The end of work that was stopped, or of which nothing more is heard: all that is held goes back. */
export function releasedAs(
  status: 'failed' | 'canceled',
  reserved: Reserved,
  failure: Settlement['failure'],
): ExternalSettlement {
  const released = credits(reserved.credits);
  return { status, captured: credits(0), released, failure, shortfall: null, quantity: reserved.quantity };
}

function usedBy(
  reserved: Reserved,
  action: Action,
  { input, delivered = reserved.quantity }: Extract<WorkReport, { says: 'completed' }>,
): { readonly credits: number; readonly quantity: number } {
  if (input !== undefined) return priceOf(action, input);
  return { credits: costOf(reserved, delivered), quantity: delivered };
}
