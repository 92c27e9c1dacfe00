import { ENGINE_RIGHTS } from '../../domain/catalog/catalog';
import { plus } from '../../domain/durations';
import { parseInstant, type Instant } from '../../domain/instants';
import type { CompleteAction, CompleteCatalog, CompletePack, CompletePlan } from './complete-document';
import type { Fault, Path } from './fault';
import { CREDITS_MAX } from './format';

/*
 * What the parts of a catalog must be to one another, so that whatever is published can be quoted, bought, spent, settled, refunded and
 * audited. Checked before a version is published, and never of one that is.
 */

/** The largest amount that Stripe takes. */
const AMOUNT_MAX = 99_999_999;
/** What the ledger calls the holds that an integrator places without an action; their captures are `revenue:external`. */
const HOLDS_OF_NO_ACTION = 'external';
const EPOCH = parseInstant('2000-01-01T00:00:00Z') as Instant;
const CURRENCIES: ReadonlySet<string> = new Set(
  Intl.supportedValuesOf('currency').map((currency) => currency.toLowerCase()),
);

export function faultsOfSale(catalog: CompleteCatalog): Fault[] {
  const rights = new Set(catalog.plans.flatMap((plan) => namesOfHeld(plan.rights)));
  return [
    ...faultsOfPlans(catalog.plans),
    ...catalog.plans.flatMap(faultsOfPlan),
    ...faultsOfContact(catalog),
    ...catalog.actions.flatMap((action) => faultsOfAction(action, rights)),
    ...catalog.packs.flatMap((pack) => faultsOfPack(pack, rights)),
    ...catalog.order.currencies
      .filter((currency) => !CURRENCIES.has(currency))
      .flatMap((currency) => faultsOfCurrency(catalog, currency)),
  ];
}

function faultsOfPlans(plans: readonly CompletePlan[]): Fault[] {
  const [first, ...others] = plans.filter(({ sold }) => sold === 'default');
  const faults = others.map(({ id }) =>
    fault(
      ['plans', id, 'sold'],
      `must not be "default": ${first?.id ?? ''} is the plan of who has no subscription`,
    ),
  );
  if (first === undefined)
    faults.push(fault(['plans'], 'must have one plan that is "sold: default", for who has no subscription'));
  const byRank = new Map<number, string>();
  for (const { id, rank } of plans) {
    const other = byRank.get(rank);
    if (other !== undefined)
      faults.push(fault(['plans', id, 'rank'], `must differ from the rank of ${other}`));
    byRank.set(rank, other ?? id);
  }
  return faults;
}

function faultsOfPlan(plan: CompletePlan): Fault[] {
  const at = (...path: Path) => ['plans', plan.id, ...path];
  const rights = ENGINE_RIGHTS.filter((right) => typeof plan.rights[right] === 'number').map((right) =>
    fault(at('rights', right), 'must be true or false'),
  );
  return [...faultsOfPrices(plan, at), ...faultsOfGrants(plan, at), ...faultsOfMinimum(plan, at), ...rights];
}

/** Said of the plan: the policies may be left out altogether, and then have no line. */
function faultsOfContact({ plans, policies }: CompleteCatalog): Fault[] {
  const first = plans.find(({ sold }) => sold === 'contract');
  if (first === undefined || policies.contactAddress !== null) return [];
  return [
    fault(
      ['plans', first.id, 'sold'],
      'needs "policies.contactAddress": whom customers ask about a contract',
    ),
  ];
}

type At = (...path: Path) => Path;

function faultsOfPrices({ prices, sold }: CompletePlan, at: At): Fault[] {
  const intervals = Object.entries(prices);
  if (sold === 'default' || sold === 'contract') {
    const why =
      sold === 'default' ? 'nobody pays for the plan that everybody has' : 'a contract has its own price';
    return intervals.length > 0 ? [fault(at('prices'), `must be left out: ${why}`)] : [];
  }
  if (sold === 'checkout' && intervals.length === 0)
    return [fault(at(), 'needs "prices" for a month or a year: it is sold at a checkout')];
  const faults = intervals.flatMap(([interval, { amounts }]) => [
    ...(Object.keys(amounts).length === 0
      ? [fault(at('prices', interval), 'must name an amount in a currency')]
      : []),
    ...faultsOfAmounts(amounts, at('prices', interval)),
  ]);
  const { month, year } = prices;
  if (month !== undefined && year !== undefined && currenciesOf(month.amounts) !== currenciesOf(year.amounts))
    faults.push(
      fault(at('prices', 'year'), 'must have the currencies of the month: a subscription keeps its currency'),
    );
  return faults;
}

function faultsOfGrants({ grants, prices, sold }: CompletePlan, at: At): Fault[] {
  const paid = Object.keys(prices).length > 0;
  const monthly = grants.some(({ every }) => every === 'month');
  // A payment that brings no credits could never be granted.
  const faults =
    paid && !monthly && (sold === 'checkout' || sold === 'no')
      ? [fault(at(), 'needs a grant "every: month": what is paid brings credits')]
      : [];
  const ids = new Set<string>();
  grants.forEach((grant, index) => {
    const here = (field: string) => at('grants', index, field);
    if (ids.has(grant.id)) faults.push(fault(here('id'), `must differ from the others: two are ${grant.id}`));
    ids.add(grant.id);
    if (grant.every === 'month' && sold === 'contract')
      faults.push(fault(here('every'), 'must not be "month": the contract says what a month brings'));
    else if (grant.every === 'month' && (sold === 'default' || !paid))
      faults.push(
        fault(here('every'), 'must not be "month" where no month is paid; "day" and "week" are possible'),
      );
    if (grant.every === 'once' && grant.upTo !== null)
      faults.push(fault(here('upTo'), 'must be left out of what is granted once'));
    if (grant.upTo !== null && grant.upTo < grant.credits)
      faults.push(fault(here('upTo'), 'must be at least "credits": no grant could bring them all'));
    if (grant.expires !== null && plus(EPOCH, grant.expires) === EPOCH)
      faults.push(fault(here('expires'), 'must be longer than nothing'));
  });
  return faults;
}

function faultsOfMinimum({ minimumCredits, sold }: CompletePlan, at: At): Fault[] {
  if (sold === 'contract')
    return minimumCredits === null ? [fault(at(), 'needs "minimumCredits": it is sold by contract')] : [];
  return minimumCredits === null
    ? []
    : [fault(at('minimumCredits'), 'must be left out of a plan that is not sold by contract')];
}

function faultsOfAction(action: CompleteAction, rights: ReadonlySet<string>): Fault[] {
  const at = (...path: Path) => ['actions', action.id, ...path];
  const { price, quantity, runs, delivers, silence, version, requires, deadline } = action;
  const faults = faultsOfRequires(requires, rights, at('requires'));
  if (action.id === HOLDS_OF_NO_ACTION)
    faults.push(fault(at(), 'must have another id: the ledger calls holds so that belong to no action'));
  if (quantity === 0) faults.push(fault(at('quantity'), 'must be at least 1'));
  if (typeof price === 'number' && typeof quantity === 'number' && price * quantity > CREDITS_MAX)
    faults.push(fault(at('price'), `must be at most ${CREDITS_MAX} credits for all units`));
  if (silence !== null && runs !== 'external')
    faults.push(fault(at('silence'), 'must be left out of work that is not external'));
  if (version !== null && runs !== 'provider')
    faults.push(fault(at('version'), 'must be left out of work that no provider runs'));
  if (delivers === 'output' && version === null)
    faults.push(fault(at(), 'needs "version": what the provider runs'));
  if (plus(EPOCH, deadline) === EPOCH) faults.push(fault(at('deadline'), 'must be longer than nothing'));
  if (silence !== null && plus(EPOCH, silence) === EPOCH)
    faults.push(fault(at('silence'), 'must be longer than nothing'));
  return faults;
}

function faultsOfPack(pack: CompletePack, rights: ReadonlySet<string>): Fault[] {
  const at = (...path: Path) => ['packs', pack.id, ...path];
  const faults = [
    ...faultsOfRequires(pack.requires, rights, at('requires')),
    ...faultsOfAmounts(pack.prices, at('prices')),
  ];
  if (Object.keys(pack.prices).length === 0)
    faults.push(fault(at('prices'), 'must name an amount in a currency'));
  if (pack.credits * pack.quantityMax > CREDITS_MAX)
    faults.push(fault(at(), `needs a lower "quantityMax": one order brings at most ${CREDITS_MAX} credits`));
  if (
    Object.values(pack.prices).some(
      (amount) => amount <= AMOUNT_MAX && amount * pack.quantityMax > AMOUNT_MAX,
    )
  )
    faults.push(fault(at(), `needs a lower "quantityMax": one payment is at most ${AMOUNT_MAX} minor units`));
  return faults;
}

function faultsOfRequires(right: string | null, rights: ReadonlySet<string>, path: Path): Fault[] {
  if (right === null || rights.has(right)) return [];
  return [fault(path, `names the right ${right}, which no plan has`)];
}

function faultsOfAmounts(amounts: Readonly<Record<string, number>>, path: Path): Fault[] {
  return Object.entries(amounts).flatMap(([currency, amount]) => {
    if (amount > AMOUNT_MAX) return [fault([...path, currency], `must be at most ${AMOUNT_MAX} minor units`)];
    return amount > 0
      ? []
      : [fault([...path, currency], 'must be more than 0: nothing can be paid with nothing')];
  });
}

/** Wherever the currency stands that the world does not know. */
function faultsOfCurrency({ plans, packs }: CompleteCatalog, currency: string): Fault[] {
  const message = 'must be a currency of ISO 4217';
  const inPlans = plans.flatMap(({ id, prices }) =>
    Object.entries(prices)
      .filter(([, { amounts }]) => Object.hasOwn(amounts, currency))
      .map(([interval]) => fault(['plans', id, 'prices', interval, currency], message)),
  );
  const inPacks = packs
    .filter(({ prices }) => Object.hasOwn(prices, currency))
    .map(({ id }) => fault(['packs', id, 'prices', currency], message));
  return [...inPlans, ...inPacks];
}

function namesOfHeld(rights: CompletePlan['rights']): string[] {
  return Object.entries(rights)
    .filter(([, value]) => value !== 0)
    .map(([name]) => name);
}

function currenciesOf(amounts: Readonly<Record<string, number>>): string {
  return Object.keys(amounts).sort().join();
}

function fault(path: Path, message: string): Fault {
  return { path, message };
}
