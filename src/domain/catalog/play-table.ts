import { DomainError } from '../errors';
import type { Instant } from '../instants';
import { assertQuantity, priceToPay, refusalOfPack } from './buy-pack';
import type { ActionInput, Catalog, Grant, Plan } from './catalog';
import { allowancesDue, creditsToBring, expiryOf } from './grants';
import { notSold } from './not-sold';
import { priceOf } from './price';
import { hasRight } from './rights';

/*
 * A table of what a catalog is expected to do: requests with the credits or the refusal that they get, grants, and orders of packs.
 * Played on the pure rules that quotes and spends follow too.
 */

export interface Table {
  readonly prices: readonly PriceRow[];
  readonly grants: readonly GrantRow[];
  readonly packs: readonly PackRow[];
}

interface PriceRow {
  readonly plan: string;
  readonly action: string;
  readonly input: unknown;
  /** How many spends of the action the customer has had: what is free of charge depends on it. Undefined: enough to pay. */
  readonly used?: number | undefined;
  /** Judged as a quote, which may leave things out. */
  readonly quote?: boolean | undefined;
  readonly expect: {
    readonly credits?: number | undefined;
    readonly unitCredits?: number | undefined;
    readonly quantity?: number | undefined;
    readonly unit?: string | null | undefined;
    readonly refused?: string | undefined;
  };
}

interface GrantRow {
  readonly plan: string;
  /** Which grants: those of the beginning, of a paid month, or of the day and the week that the instant lies in. */
  readonly every: Grant['every'];
  readonly at: Instant;
  /** What is left of earlier lots, free and held, by the id of the grant. */
  readonly left?: Readonly<Record<string, number>> | undefined;
  readonly expect: readonly {
    readonly id: string;
    readonly credits: number;
    readonly day?: string | undefined;
    readonly expiresAt?: Instant | null | undefined;
  }[];
}

interface PackRow {
  readonly plan: string;
  readonly pack: string;
  readonly quantity?: number | undefined;
  readonly currency?: string | undefined;
  readonly expect: {
    readonly credits?: number | undefined;
    readonly amountMinor?: number | undefined;
    readonly currency?: string | undefined;
    readonly refused?: string | undefined;
  };
}

/** A row that did not come true. */
export interface TableFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Plays every row; answers those that did not come true. */
export function playTable(catalog: Catalog, table: Table): readonly TableFault[] {
  return [
    ...faultsOf('prices', table.prices, (row) => [row.expect, outcomeOf(() => playPrice(catalog, row))]),
    ...faultsOf('grants', table.grants, (row) => [row.expect, outcomeOf(() => playGrants(catalog, row))]),
    ...faultsOf('packs', table.packs, (row) => [row.expect, outcomeOf(() => playPack(catalog, row))]),
  ];
}

function playPrice(catalog: Catalog, { plan, action: id, input, used, quote }: PriceRow) {
  const action = catalog.actions.get(id);
  if (action === undefined) throw notSold(catalog, 'actions', id);
  const faults = quote === true ? action.input.faultsOfQuote(input) : action.input.faultsOf(input);
  if (faults.length > 0) throw new DomainError('invalid_request', faults.join('; '), { faults });
  requireRight(catalog, plan, action.requires);
  const price = priceOf(action, input as ActionInput);
  const isFree = used !== undefined && used < action.firstFree;
  return { ...price, credits: isFree ? 0 : price.credits, unit: action.unit };
}

function playGrants(catalog: Catalog, { plan, every, at, left = {} }: GrantRow) {
  const days = new Map(
    allowancesDue(planOf(catalog, plan).grants, at).map(({ grant, day }) => [grant.id, day]),
  );
  return planOf(catalog, plan)
    .grants.filter((grant) => grant.every === every)
    .map((grant) => ({
      id: grant.id,
      credits: creditsToBring(grant, left[grant.id] ?? 0),
      day: days.get(grant.id),
      expiresAt: expiryOf(grant, at),
    }));
}

function playPack(catalog: Catalog, { plan, pack: id, quantity = 1, currency }: PackRow) {
  const pack = catalog.packs.get(id);
  if (pack === undefined) throw notSold(catalog, 'packs', id);
  assertQuantity(quantity, pack);
  const price = priceToPay(pack.prices, { asked: currency, usual: null });
  const refusal = refusalOfPack(catalog, planOf(catalog, plan), pack);
  if (refusal !== undefined) throw refusal;
  return {
    credits: pack.credits * quantity,
    amountMinor: price.amountMinor * quantity,
    currency: price.currency,
  };
}

function requireRight(catalog: Catalog, plan: string, right: string | null): void {
  if (right === null || hasRight(planOf(catalog, plan).rights, right)) return;
  throw new DomainError('plan_required', `The plan ${plan} has no right ${right}.`);
}

function planOf(catalog: Catalog, id: string): Plan {
  const plan = catalog.plans.get(id);
  if (plan === undefined) throw notSold(catalog, 'plans', id);
  return plan;
}

/** What comes out, or the refusal as the table names it. Anything else that is thrown is a fault of ours. */
function outcomeOf(play: () => unknown): unknown {
  try {
    return play();
  } catch (error) {
    if (error instanceof DomainError) return { refused: error.code, because: error.message };
    throw error;
  }
}

function faultsOf<Row>(
  list: keyof Table,
  rows: readonly Row[],
  play: (row: Row) => readonly [expected: unknown, found: unknown],
): TableFault[] {
  return rows.flatMap((row, at) => {
    const [expected, found] = play(row);
    if (comesTrue(expected, found)) return [];
    return [{ path: [list, at], message: `expects ${inWords(expected)} and gets ${inWords(found)}` }];
  });
}

/** What is expected is found; what a row does not speak of may be anything, but no list is longer than expected. */
function comesTrue(expected: unknown, found: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return expected === found;
  if (typeof found !== 'object' || found === null) return false;
  if (Array.isArray(expected) !== Array.isArray(found)) return false;
  if (Array.isArray(expected) && Array.isArray(found) && expected.length !== found.length) return false;
  return Object.entries(expected).every(
    ([key, value]) =>
      value === undefined || comesTrue(value, (found as Readonly<Record<string, unknown>>)[key]),
  );
}

function inWords(value: unknown): string {
  return JSON.stringify(value);
}
