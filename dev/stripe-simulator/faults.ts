import { z } from 'zod';
import type { Faults, Tables } from './store';

const NO_FAULTS: Faults = { id: 'webhooks', drop: false, copies: 1, delay: 0, shuffle: false };

/** With `shuffle`, each delivery waits up to this many seconds longer, so that they overtake each other. */
const SHUFFLE_SECONDS = 3;

/**
 * What `PUT /_simulator/webhooks` accepts. It holds for the events made from then on and replaces what was set before,
 * so that `{}` makes everything well again; it survives a restart.
 * - `drop`: `true` loses every delivery, a fraction below 1 loses that share of them, a whole number the next so many.
 *   A lost delivery is not tried again; the event stays in the list with `delivery_success=false`.
 * - `copies`: how often each event is delivered, at least once.
 * - `delay`: seconds before the first attempt.
 * - `shuffle`: deliver in a random order.
 */
export const faultsSchema = z
  .strictObject({
    drop: z.union([z.boolean(), z.number().gt(0).lt(1), z.int().nonnegative()]).default(false),
    copies: z.int().min(1).max(100).default(1),
    delay: z.number().nonnegative().default(0),
    shuffle: z.boolean().default(false),
  })
  .transform((faults): Faults => ({ id: 'webhooks', ...faults }));

/** The faults in force. */
export function currentFaults(tables: Tables): Faults {
  return tables.find('faults', 'webhooks') ?? NO_FAULTS;
}

/** When the copies of an event made now are first tried, in seconds after now; an entry less for each one lost. */
export function plannedDelays(tables: Tables): number[] {
  const faults = currentFaults(tables);
  const kept = Array.from({ length: faults.copies }).filter(() => !takeDrop(tables));
  return kept.map(() => faults.delay + (faults.shuffle ? Math.random() * SHUFFLE_SECONDS : 0));
}

function takeDrop(tables: Tables): boolean {
  const faults = currentFaults(tables);
  const { drop } = faults;
  if (typeof drop === 'boolean') return drop;
  if (drop > 0 && drop < 1) return Math.random() < drop;
  if (drop > 0) tables.put('faults', { ...faults, drop: drop - 1 });
  return drop > 0;
}
