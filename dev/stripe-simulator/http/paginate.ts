import type Stripe from 'stripe';
import { resourceMissing } from '../stripe-error';
import type { CreatedFilter } from './params';

interface PageParams {
  readonly limit: number;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
}

/** One page of a list, newest first; `records` come in the order of their creation. */
export function paginate<T extends { readonly id: string }>(
  url: string,
  records: readonly T[],
  { limit, starting_after: after, ending_before: before }: PageParams,
): Stripe.ApiList<T> {
  const newestFirst = records.toReversed();
  const from = after === undefined ? 0 : positionOf(newestFirst, after, 'starting_after') + 1;
  const to = before === undefined ? newestFirst.length : positionOf(newestFirst, before, 'ending_before');
  // Going back, the page is the one right before the named object, not the first of the list.
  const start = before === undefined ? from : Math.max(from, to - limit);
  const data = newestFirst.slice(start, Math.min(to, start + limit));
  const hasMore = before === undefined ? start + limit < to : start > from;
  return { object: 'list', data, has_more: hasMore, url };
}

/** Whether an object was made in the time asked for. */
export function createdWithin(at: number, filter: CreatedFilter | undefined): boolean {
  if (filter === undefined) return true;
  const { gt, gte, lt, lte } = { gt: undefined, lt: undefined, ...filter };
  return !(
    (gt !== undefined && at <= gt) ||
    (gte !== undefined && at < gte) ||
    (lt !== undefined && at >= lt) ||
    (lte !== undefined && at > lte)
  );
}

function positionOf(records: readonly { readonly id: string }[], id: string, param: string): number {
  const index = records.findIndex((record) => record.id === id);
  if (index < 0) throw resourceMissing('object', id, param);
  return index;
}
