import type { CatalogDocument, Policies } from '../../domain/catalog/catalog';
import { parseDuration, type Duration } from '../../domain/durations';
import type { WrittenAction, WrittenCatalog, WrittenPlan } from './format';

/** In what order things are listed. */
export interface Order {
  readonly plans: readonly string[];
  readonly actions: readonly string[];
  readonly packs: readonly string[];
  readonly currencies: readonly string[];
}

type Currency = string;
type Amounts = Readonly<Record<Currency, number>>;

const SILENCE = durationOf('PT10M');

/** A written catalog with every default filled in, in its order. */
export type CompleteCatalog = ReturnType<typeof completeCatalog>;
export type CompletePlan = ReturnType<typeof completePlan>;
export type CompleteAction = ReturnType<typeof completeAction>;
export type CompletePack = ReturnType<typeof completePack>;

/** Fills in every default. `order` says how it was written: what it leaves out follows in the order of the object. */
export function completeCatalog(written: WrittenCatalog, order: Order) {
  const inOrder = <Value>(
    things: Readonly<Record<string, Value>>,
    ids: readonly string[],
  ): [string, Value][] =>
    ids.flatMap((id) => {
      const thing = things[id];
      return thing === undefined ? [] : [[id, thing]];
    });
  const policies = completePolicies(written);
  return {
    version: written.version,
    plans: inOrder(written.plans, order.plans).map(([id, plan]) => completePlan(id, plan, order)),
    actions: inOrder(written.actions, order.actions).map(([id, action]) =>
      completeAction(id, action, policies.jobDeadlineMinutes),
    ),
    packs: inOrder(written.packs ?? {}, order.packs).map(([id, pack]) =>
      completePack(id, pack, policies.addOnQuantityMax, order),
    ),
    policies,
    order,
  };
}

/** The document of a complete catalog: equal for all that mean the same, and in the format that people write. */
export function documentOf({ plans, actions, packs, ...rest }: CompleteCatalog): CatalogDocument {
  return {
    ...rest,
    plans: byId(plans.map(({ prices, ...plan }) => ({ ...plan, prices: writtenPricesOf(prices) }))),
    actions: byId(actions),
    packs: byId(packs),
  };
}

function completePolicies({ policies = {}, version }: WrittenCatalog): Policies {
  return {
    contactAddress: policies.contactAddress ?? null,
    graceHours: policies.graceHours ?? 3,
    royaltyBasisPoints: policies.royaltyBasisPoints ?? 0,
    jobDeadlineMinutes: policies.jobDeadlineMinutes ?? 60,
    licenseTerms: policies.licenseTerms ?? version,
    addOnQuantityMax: policies.addOnQuantityMax ?? 100,
  };
}

function completePlan(id: string, plan: WrittenPlan, order: Order) {
  const prices: Partial<Record<'month' | 'year', { readonly amounts: Amounts; readonly trialDays: number }>> =
    {};
  for (const interval of ['month', 'year'] as const) {
    const price = plan.prices?.[interval];
    if (price === undefined) continue;
    const { trialDays = 0, ...amounts } = price;
    prices[interval] = { amounts: amountsInOrder(amounts as Amounts, order), trialDays };
  }
  return {
    id,
    name: plan.name,
    rank: plan.rank,
    sold: plan.sold,
    prices,
    grants: (plan.grants ?? []).map((grant) => ({
      id: grant.id,
      credits: grant.credits,
      every: grant.every,
      expires: grant.expires ?? null,
      upTo: grant.upTo ?? null,
    })),
    // What is not named is false: to name it changes nothing.
    rights: Object.fromEntries(Object.entries(plan.rights ?? {}).filter(([, value]) => value !== false)),
    minimumCredits: plan.minimumCredits ?? null,
  };
}

function completeAction(id: string, action: WrittenAction, deadlineMinutes: number) {
  const silenceOfKind = action.runs === 'external' ? SILENCE : null;
  return {
    id,
    price: action.price,
    quantity: action.quantity ?? 1,
    unit: action.unit ?? null,
    requires: action.requires ?? null,
    firstFree: action.firstFree ?? 0,
    runs: action.runs,
    delivers: action.delivers ?? null,
    version: action.version ?? null,
    deadline: action.deadline ?? durationOf(`PT${deadlineMinutes}M`),
    silence: action.silence === undefined ? silenceOfKind : action.silence,
    input: action.input ?? null,
  };
}

function completePack(
  id: string,
  pack: NonNullable<WrittenCatalog['packs']>[string],
  quantityMax: number,
  order: Order,
) {
  return {
    id,
    name: pack.name,
    credits: pack.credits,
    prices: amountsInOrder(pack.prices, order),
    quantityMax: pack.quantityMax ?? quantityMax,
    requires: pack.requires ?? null,
  };
}

function amountsInOrder(amounts: Amounts, { currencies }: Order): Amounts {
  return Object.fromEntries(
    currencies.flatMap((currency) => {
      const amount = amounts[currency];
      return amount === undefined ? [] : [[currency, amount]];
    }),
  );
}

function writtenPricesOf(prices: CompletePlan['prices']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(prices).map(([interval, { amounts, trialDays }]) => [interval, { ...amounts, trialDays }]),
  );
}

function byId(things: readonly ({ readonly id: string } & object)[]): Record<string, unknown> {
  return Object.fromEntries(things.map(({ id, ...rest }) => [id, rest]));
}

function durationOf(text: string): Duration {
  const duration = parseDuration(text);
  if (duration === undefined) throw new RangeError(`not a duration: ${text}`);
  return duration;
}
