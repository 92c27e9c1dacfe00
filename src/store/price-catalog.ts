import type { Knex } from 'knex';
import type { Catalog, PlanId } from '../domain/catalog/catalog';
import type { Instant } from '../domain/instants';
import type { Payments } from '../payments/payments';
import { listSoldItems, type SoldItem } from './catalog-prices';
import { assertUnchanged, publishCatalog } from './publish-catalog';

/**
 * Publishes a catalog version after making sure that Stripe has all its prices. Safe to repeat: the same content again
 * changes nothing and answers false. Throws `state_conflict` for other content under a published version.
 */
export async function priceAndPublishCatalog(
  db: Knex,
  payments: Pick<Payments, 'ensurePrices'>,
  catalog: Catalog,
  publishedAt: Instant,
): Promise<boolean> {
  await assertUnchanged(db, catalog);
  const items = listSoldItems(catalog);
  const priceIds = await payments.ensurePrices(
    items.map(({ plan, interval, pack, amountMinor, currency }, index) => ({
      catalogVersion: catalog.version,
      plan,
      interval,
      pack,
      name: nameOf(catalog, plan, pack),
      price: { amountMinor, currency },
      isDefaultCurrency: !isSameItem(items[index - 1], { plan, interval, pack }),
    })),
  );
  const prices = items.map((item, index) => {
    const stripePriceId = priceIds[index];
    if (stripePriceId === undefined) throw new Error('Stripe answered fewer prices than were asked for');
    return { ...item, stripePriceId };
  });
  return publishCatalog(db, catalog, prices, publishedAt);
}

type Item = Pick<SoldItem, 'plan' | 'interval' | 'pack'>;

/** The currencies of one item follow each other, the default first. */
function isSameItem(before: Item | undefined, { plan, interval, pack }: Item): boolean {
  return before?.plan === plan && before.interval === interval && before.pack === pack;
}

function nameOf({ plans, packs }: Catalog, plan: PlanId | null, pack: string | null): string {
  const sold = plan === null ? packs.get(pack ?? '') : plans.get(plan);
  return sold?.name ?? String(plan ?? pack);
}
