import { cycleIndexAt, cycleStart } from '../billing-calendar';
import { INTERVALS, type Catalog, type Interval, type Plan, type PlanId } from '../catalog/catalog';
import { credits, type Credits } from '../credits';
import { parseInstant, type Instant } from '../instants';
import { isReadableLine } from '../readable-line';
import { CYCLES_AHEAD_MAX } from './contract';

/** The columns of the file that subscribers are imported from, in any order. */
export const IMPORT_COLUMNS = [
  'external_id',
  'plan',
  'interval',
  'anchor_at',
  'paid_through',
  'unused_allowance',
  'stripe_customer',
  'stripe_subscription',
] as const;

const UNIQUE_COLUMNS = ['external_id', 'stripe_customer', 'stripe_subscription'] as const;

/** One line of the file as text, by column. */
export type ImportCells = Readonly<Record<(typeof IMPORT_COLUMNS)[number], string>>;

/** A checked line. */
export interface ImportLine {
  readonly externalId: string;
  readonly unusedAllowance: Credits;
  readonly stripeCustomer: string | null;
  /** Null for the default plan. */
  readonly paid: PaidPlan | null;
}

export interface PaidPlan {
  readonly plan: PlanId;
  readonly interval: Interval;
  readonly anchorAt: Instant;
  /** The end, exclusive: the allowance would have been renewed then. */
  readonly paidThrough: Instant;
  readonly stripeSubscription: string | null;
}

/** What the lines are checked against; `now` is the instant of the import. */
interface ImportContext {
  readonly catalog: Catalog;
  readonly now: Instant;
}

export type CheckedLine =
  | { readonly outcome: 'good'; readonly line: ImportLine }
  | { readonly outcome: 'bad'; readonly faults: readonly string[] };

/** Earlier anchors are taken for errors. */
const ANCHOR_MIN = '1970-01-01';

/** The largest allowance a line may bring. */
const ALLOWANCE_MAX = 1_000_000_000;

/** Checks every line against the catalog and the other lines, and names every fault of each. */
export function checkImport(lines: readonly ImportCells[], context: ImportContext): readonly CheckedLine[] {
  const repeated = UNIQUE_COLUMNS.map((column) => ({ column, values: repeatedIn(lines, column) }));
  return lines.map((cells) => {
    const checked = checkLine(cells, context);
    const faults = repeated
      .filter(({ column, values }) => values.has(cells[column].trim()))
      .map(({ column }) => `${column} is repeated on another line`);
    if (faults.length === 0) return checked;
    return { outcome: 'bad', faults: [...faults, ...(checked.outcome === 'bad' ? checked.faults : [])] };
  });
}

function repeatedIn(
  lines: readonly ImportCells[],
  column: (typeof UNIQUE_COLUMNS)[number],
): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const line of lines) {
    const value = line[column].trim();
    if (value !== '' && seen.has(value)) repeated.add(value);
    seen.add(value);
  }
  return repeated;
}

function checkLine(cells: ImportCells, { catalog, now }: ImportContext): CheckedLine {
  const { externalId, plan, allowance, faults } = readSubscriber(cells, catalog);
  const isPaid = plan !== undefined && plan.sold !== 'default' && plan.sold !== 'contract';
  const paid = isPaid ? readPaid(cells, { plan, now }) : null;
  const all = [...faults, ...(paid?.faults ?? [])];
  if (plan?.sold === 'default' && cells.stripe_subscription.trim() !== '')
    all.push(`plan ${plan.id} takes no stripe_subscription`);
  if (all.length > 0) return { outcome: 'bad', faults: all };
  const stripeCustomer = cells.stripe_customer.trim() || null;
  return {
    outcome: 'good',
    line: { externalId, unusedAllowance: credits(allowance), stripeCustomer, paid: paid?.value ?? null },
  };
}

function readSubscriber(cells: ImportCells, { plans }: Catalog) {
  const externalId = cells.external_id.trim();
  const plan = plans.get(cells.plan.trim());
  const allowanceText = cells.unused_allowance.trim();
  const allowance = /^\d{1,10}$/.test(allowanceText) ? Number(allowanceText) : Number.NaN;
  const faults = faultsOf([
    [externalId === '' || externalId.length > 200, 'external_id is missing or longer than 200 characters'],
    [!isReadableLine(externalId), 'external_id contains control characters or broken Unicode'],
    [!(allowance <= ALLOWANCE_MAX), 'unused_allowance is not a whole number of credits'],
    [plan === undefined, `plan is not one of ${[...plans.keys()].join(', ')}`],
    [plan?.sold === 'contract', `plan ${cells.plan.trim()} needs a contract`],
  ]);
  return { externalId, plan, allowance, faults };
}

function readPaid(
  cells: ImportCells,
  { plan, now }: Pick<ImportContext, 'now'> & { readonly plan: Plan },
): { readonly value: PaidPlan | null; readonly faults: readonly string[] } {
  const interval = INTERVALS.find((one) => one === cells.interval.trim());
  const anchorAt = parseInstant(cells.anchor_at.trim());
  const paidThrough = parseInstant(cells.paid_through.trim());
  const stripeSubscription = cells.stripe_subscription.trim() || null;
  const isOrdered = anchorAt !== undefined && paidThrough !== undefined && anchorAt < paidThrough;
  const faults = faultsOf([
    [interval === undefined, `interval is not one of ${INTERVALS.join(', ')}`],
    [
      interval !== undefined && plan.prices[interval] === undefined,
      `plan ${plan.id} is not sold by the ${cells.interval.trim()}`,
    ],
    [anchorAt === undefined, 'anchor_at is not an ISO 8601 date and time'],
    [anchorAt !== undefined && anchorAt > now, 'anchor_at is in the future'],
    [anchorAt !== undefined && anchorAt < ANCHOR_MIN, `anchor_at is before ${ANCHOR_MIN}`],
    [paidThrough === undefined, 'paid_through is not an ISO 8601 date and time'],
    [
      anchorAt !== undefined && paidThrough !== undefined && !isOrdered,
      'paid_through is not after anchor_at',
    ],
    [
      paidThrough !== undefined && paidThrough > cycleStart(now, CYCLES_AHEAD_MAX),
      `paid_through is more than ${String(CYCLES_AHEAD_MAX)} months from now`,
    ],
    [
      isOrdered && !isRenewal(anchorAt, paidThrough),
      'paid_through is not a whole number of months after anchor_at',
    ],
    [
      stripeSubscription !== null && cells.stripe_customer.trim() === '',
      'stripe_subscription needs its stripe_customer',
    ],
  ]);
  if (faults.length > 0 || interval === undefined || anchorAt === undefined || paidThrough === undefined)
    return { value: null, faults };
  return { value: { plan: plan.id, interval, anchorAt, paidThrough, stripeSubscription }, faults };
}

function isRenewal(anchorAt: Instant, paidThrough: Instant): boolean {
  return cycleStart(anchorAt, cycleIndexAt(anchorAt, paidThrough)) === paidThrough;
}

function faultsOf(checks: readonly (readonly [isFault: boolean, fault: string])[]): string[] {
  return checks.filter(([isFault]) => isFault).map(([, fault]) => fault);
}
