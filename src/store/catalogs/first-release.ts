import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findPackageRoot } from '../../platform/package-root';
import { sayFault } from '../../platform/say-fault';
import { refusedCatalog } from './fault';

/*
 * Documents that were published by the first release, whose plans grant in one of three ways and whose actions were known by name
 * in its code. What the code knew of them is data now: catalog/first-release/actions.json.
 */

const price = z.looseObject({ amountMinor: z.int(), currency: z.string() });
const firstRelease = z.looseObject({
  version: z.string(),
  plans: z.record(
    z.string(),
    z.looseObject({
      name: z.string(),
      rank: z.int(),
      grant: z.enum(['once', 'monthly', 'contract']),
      credits: z.int(),
      prices: z.looseObject({ month: price.optional(), year: price.optional() }),
      rights: z.record(z.string(), z.boolean()),
    }),
  ),
  actions: z.record(z.string(), z.looseObject({ credits: z.int() })),
  packs: z.array(z.looseObject({ id: z.string(), name: z.string(), credits: z.int(), price })),
  policies: z.looseObject({ addOnQuantityMax: z.int() }),
});

type OldCatalog = z.output<typeof firstRelease>;
type OldPlan = OldCatalog['plans'][string];

/** The first release listed its packs; now they are named. */
export function isOfFirstRelease(document: unknown): boolean {
  return (
    typeof document === 'object' && document !== null && 'packs' in document && Array.isArray(document.packs)
  );
}

/**
 * A document of the first release as the present format writes it. Its plans are in the order of their ranks and its actions in the
 * order of that release: the database does not keep the order of names. Throws `DomainError('invalid_request')`.
 */
export function presentFormOf(document: unknown): unknown {
  const old = firstRelease.safeParse(document, { error: sayFault });
  if (!old.success)
    throw refusedCatalog(old.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
  const { version, plans, packs, policies } = old.data;
  const byRank = Object.entries(plans).sort(([, a], [, b]) => a.rank - b.rank);
  const lowest = byRank.find(([, plan]) => plan.grant === 'once')?.[0];
  return {
    version,
    plans: Object.fromEntries(byRank.map(([id, plan]) => [id, planOf(plan, id === lowest)])),
    actions: actionsOf(old.data),
    packs: Object.fromEntries(
      packs.map((pack) => [
        pack.id,
        {
          name: pack.name,
          credits: pack.credits,
          prices: amountsOf(pack.price),
          quantityMax: policies.addOnQuantityMax,
          requires: 'addOns',
        },
      ]),
    ),
    policies,
  };
}

function planOf(plan: OldPlan, isDefault: boolean): unknown {
  const { name, rank, rights, prices } = plan;
  switch (plan.grant) {
    case 'once': {
      const grants = plan.credits > 0 ? [{ id: 'welcome', credits: plan.credits, every: 'once' }] : [];
      return { name, rank, sold: isDefault ? 'default' : 'no', grants, rights };
    }
    case 'monthly': {
      const { month, year } = prices;
      return {
        name,
        rank,
        sold: 'checkout',
        prices: {
          ...(month && { month: amountsOf(month) }),
          ...(year && { year: amountsOf(year) }),
        },
        grants: [{ id: 'monthly', credits: plan.credits, every: 'month' }],
        rights,
      };
    }
    case 'contract':
      // A contract had to grant more than the plan's credits.
      return { name, rank, sold: 'contract', minimumCredits: plan.credits + 1, rights };
  }
}

function actionsOf({ actions }: OldCatalog): unknown {
  const known = readKnownActions();
  const unknown = Object.keys(actions).filter((id) => !Object.hasOwn(known, id));
  if (unknown.length > 0) throw refusedCatalog(unknown.map((id) => `actions.${id} is unknown`));
  return Object.fromEntries(
    Object.entries(known).flatMap(([id, action]) => {
      const old = actions[id];
      return old === undefined ? [] : [[id, { ...action, price: old.credits }]];
    }),
  );
}

let knownActions: Readonly<Record<string, object>> | undefined;

function readKnownActions(): Readonly<Record<string, object>> {
  knownActions ??= z
    .record(z.string(), z.looseObject({}))
    .parse(JSON.parse(readFileSync(join(findPackageRoot(), 'catalog/first-release/actions.json'), 'utf8')));
  return knownActions;
}

function amountsOf({ amountMinor, currency }: { amountMinor: number; currency: string }): unknown {
  return { [currency]: amountMinor };
}
