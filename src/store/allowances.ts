import type { Knex } from 'knex';
import { allowancesDue, expiryOf, type DueAllowance } from '../domain/catalog/grants';
import { plusMs, type Instant } from '../domain/instants';
import { allowanceKey } from '../domain/keys';
import type { Allowance } from '../ledger/commands';
import type { Due } from '../ledger/due-lots';
import type { Clock } from '../platform/clock';
import { deriveId } from '../platform/ids';
import { getCustomerPlan } from './customer-plan';

/** Finds the allowances of a customer's plan at an instant. */
export type AllowancesOf = (customerId: string, at: Instant) => Promise<readonly Allowance[]>;

/** A command of an instant that is longer ago is written late, as the grant of a cycle whose payment was learned of late. */
const LATE_MS = 60_000;

/**
 * What the plan of a customer grants by the day or the week of an instant: the ledger grants it first with the customer's next
 * command, once under its key. Nothing of an instant that is over: a day that was missed is not made up for by what is written
 * late. Where no published version has such grants this asks the database one small question.
 */
export function allowancesOf(db: Knex, clock: Clock): AllowancesOf {
  const anyIsPublished = askOncePerVersion(db);
  return async (customerId, at) => {
    if (!(await anyIsPublished())) return [];
    if (plusMs(at, LATE_MS) < (await clock.now())) return [];
    const { plan, catalog } = await getCustomerPlan(db, customerId, at);
    const due = allowancesDue(catalog.plans.get(plan)?.grants ?? [], at);
    return due.filter(({ grant }) => grant.credits > 0).map((one) => allowanceOf(customerId, one, at));
  };
}

/** The same for a read: what it adds, and when. */
export async function dueOf(find: AllowancesOf, customerId: string, at: Instant): Promise<Due> {
  return { at, allowances: await find(customerId, at) };
}

function allowanceOf(customerId: string, { grant, day }: DueAllowance, at: Instant): Allowance {
  const key = allowanceKey(customerId, grant.id, day);
  return {
    key,
    grantId: deriveId('grt', key),
    allowance: grant.id,
    credits: grant.credits,
    upTo: grant.upTo,
    expiresAt: expiryOf(grant, at),
    reason: grant.every === 'day' ? `Credits of ${day}` : `Credits of the week of ${day}`,
  };
}

/** Versions are only ever added and never change, so that what is published is looked through when there is a new one. */
function askOncePerVersion(db: Knex): () => Promise<boolean> {
  let seen: { readonly latest: number | null; readonly any: boolean } | undefined;
  return async () => {
    const row = await db('app.catalogs').max<{ latest: number | null }>('position AS latest').first();
    const latest = row?.latest ?? null;
    if (seen === undefined || seen.latest !== latest) seen = { latest, any: await hasAllowances(db) };
    return seen.any;
  };
}

/** The first release's documents list no grants. */
async function hasAllowances(db: Knex): Promise<boolean> {
  const { rows } = await db.raw<{ rows: readonly unknown[] }>(
    `SELECT 1 FROM app.catalogs WHERE jsonb_path_match(document,
       '$.plans.*.grants[*].every == "day" || $.plans.*.grants[*].every == "week"') LIMIT 1`,
  );
  return rows.length > 0;
}
