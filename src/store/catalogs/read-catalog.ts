import type { z } from 'zod';
import type { Catalog } from '../../domain/catalog/catalog';
import { sayFault } from '../../platform/say-fault';
import { compileCatalog } from './compile-catalog';
import { completeCatalog, type CompleteCatalog, type Order } from './complete-document';
import { refusedCatalog, sayWhere, type Fault, type Path } from './fault';
import { isOfFirstRelease, presentFormOf } from './first-release';
import { catalogFormat, type WrittenCatalog } from './format';
import { faultsOfPlainData } from './plain-data';
import { faultsOfSale } from './rules-of-sale';
import { readSource, type Source } from './source-lines';

/** How a document is written where its object does not say it. */
type KeysAt = (path: Path) => readonly string[];

/**
 * Reads a catalog as it is written, in YAML or JSON, and checks all of it: shape, formulas, inputs, and that everything in it can be
 * sold. Throws `DomainError('invalid_request')` whose `details.faults` names each fault with its line and path.
 */
export function parseCatalog(text: string): Catalog {
  const source = readSource(text);
  const { catalog, faults } = read(source.value, source.keysAt, true);
  if (faults.length > 0 || catalog === undefined) throw refusedCatalog(inLines(faults, source));
  return catalog;
}

/**
 * Reads a published document, of this release's format or of the first's. Only what must be understood is checked, and not the rules
 * of what may be sold: they were checked when it was published, and rules that came later do not make it unreadable.
 * Throws `DomainError('invalid_request')` for what this release does not know.
 */
export function readCatalog(document: unknown): Catalog {
  const present = isOfFirstRelease(document) ? presentFormOf(document) : document;
  const { catalog, faults } = read(present, keysOf(present), false);
  if (faults.length > 0 || catalog === undefined) throw refusedCatalog(faults.map(sayWhere));
  return catalog;
}

function read(
  value: unknown,
  keysAt: KeysAt,
  toSell: boolean,
): { readonly catalog: Catalog | undefined; readonly faults: readonly Fault[] } {
  const broken = faultsOfPlainData(value);
  if (broken.length > 0) return { catalog: undefined, faults: broken };
  const written = catalogFormat.safeParse(value, { error: sayFault });
  if (!written.success) return { catalog: undefined, faults: written.error.issues.flatMap(faultsOfIssue) };
  const order = orderOf(written.data, keysAt);
  const complete = completeCatalog(written.data, order);
  const { catalog, faults } = compileCatalog(complete);
  const unsold = toSell ? [...faultsOfOrder(complete), ...faultsOfSale(complete)] : [];
  return { catalog, faults: [...faults, ...unsold] };
}

/** Each unknown member stands on a line of its own, and an unknown name where the name is. */
function faultsOfIssue(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is unknown' }));
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message }));
  return [{ path, message: issue.message }];
}

/** What `order` names comes first, the rest as it is written. */
function orderOf(written: WrittenCatalog, keysAt: KeysAt): Order {
  const merged = (named: readonly string[] = [], found: readonly string[]) => [
    ...new Set([...named, ...found]),
  ];
  const prices: Path[] = [
    ...keysAt(['plans']).flatMap((id): Path[] => [
      ['plans', id, 'prices', 'month'],
      ['plans', id, 'prices', 'year'],
    ]),
    ...keysAt(['packs']).map((id): Path => ['packs', id, 'prices']),
  ];
  const currencies = prices.flatMap((path) => keysAt(path)).filter((key) => key !== 'trialDays');
  return {
    plans: merged(written.order?.plans, keysAt(['plans'])),
    actions: merged(written.order?.actions, keysAt(['actions'])),
    packs: merged(written.order?.packs, keysAt(['packs'])),
    currencies: merged(written.order?.currencies, currencies),
  };
}

function faultsOfOrder({ order, ...complete }: CompleteCatalog): Fault[] {
  const amounts = [
    ...complete.plans.flatMap(({ prices }) => Object.values(prices).map((price) => price.amounts)),
    ...complete.packs.map(({ prices }) => prices),
  ];
  const known: Readonly<Record<keyof Order, readonly string[]>> = {
    plans: complete.plans.map(({ id }) => id),
    actions: complete.actions.map(({ id }) => id),
    packs: complete.packs.map(({ id }) => id),
    currencies: amounts.flatMap((each) => Object.keys(each)),
  };
  return (Object.keys(known) as (keyof Order)[]).flatMap((list) =>
    order[list].flatMap((name, at) =>
      known[list].includes(name)
        ? []
        : [{ path: ['order', list, at], message: `names ${name}, which the catalog does not have` }],
    ),
  );
}

function keysOf(document: unknown): KeysAt {
  return (path) => {
    let value: unknown = document;
    for (const step of path) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as Record<string | number, unknown>)[step]
          : undefined;
    }
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  };
}

/** In the order of the lines, which is how people go through them. */
function inLines(faults: readonly Fault[], source: Source): string[] {
  return faults
    .map((fault) => ({ line: source.lineOf(fault.path), said: sayWhere(fault) }))
    .sort((a, b) => a.line - b.line)
    .map(({ line, said }) => `line ${line}: ${said}`);
}
