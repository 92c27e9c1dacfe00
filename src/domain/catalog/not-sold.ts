import { DomainError } from '../errors';
import type { Catalog } from './catalog';

const WORDS = { plans: 'plan', actions: 'action', packs: 'pack' } as const;

/**
 * The refusal of a plan, action or pack that a version does not have, with what it has. `message` says why, where it is there and
 * still not sold.
 */
export function notSold(
  catalog: Catalog,
  kind: keyof typeof WORDS,
  id: string,
  message = `Catalog ${catalog.version} has no ${WORDS[kind]} ${id}.`,
): DomainError {
  return new DomainError('not_sold', message, {
    version: catalog.version,
    [kind]: [...catalog[kind].keys()],
  });
}
