import { DomainError } from '../errors';
import type { Catalog } from './catalog';

const WORDS = { plans: 'plan', actions: 'action', packs: 'pack' } as const;

/** The refusal of a plan, action or pack that a version does not have, with what it has. */
export function notSold(catalog: Catalog, kind: keyof typeof WORDS, id: string): DomainError {
  return new DomainError('not_sold', `Catalog ${catalog.version} has no ${WORDS[kind]} ${id}.`, {
    version: catalog.version,
    [kind]: [...catalog[kind].keys()],
  });
}
