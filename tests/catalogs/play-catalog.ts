import { reserveSpend } from '../../src/activities/spends/reserve-spend';
import { payAtOnce } from '../../src/activities/spends/pay-at-once';
import { settleExternal, type ExternalEnd } from '../../src/activities/spends/settle-external';
import { settleSpend } from '../../src/activities/spends/settle-spend';
import type { JobOutcome } from '../../src/activities/spends/work';
import type { Action, Catalog } from '../../src/domain/catalog/catalog';
import { plusMs } from '../../src/domain/instants';
import type { WorkReport } from '../../src/domain/spends/external-end';
import { isTerminal } from '../../src/domain/spends/spend';
import { newId } from '../../src/platform/ids';
import { madeImageIdOf } from '../../src/store/images';
import { findSpend, type Spend } from '../../src/store/spends';
import { insertUpload } from '../../src/store/uploads';
import { recordReport } from '../../src/store/work-reports';
import { HOUSE_MODEL_ID, spendOf } from '../workflows/spends';
import { buyPacks, subscribeTo } from './buy';
import { balanceOf, type CatalogHouse } from './catalog-house';
import { count, nextOf, type Chances } from './chances';

const DAY_MS = 86_400_000;

/** How external work may end; by silence more often, because not all of it can. */
const EXTERNAL_ENDS = [
  ...['silent', 'all', 'part', 'used'],
  ...['silent', 'failed', 'canceled', 'deadline'],
] as const;

/** The codes by which a spend may be refused. */
const REFUSALS = [
  ...['insufficient_credits', 'plan_required', 'price_not_computable', 'invalid_request', 'not_found'],
  'license_not_needed',
];

interface Quote {
  readonly credits: number;
  readonly sufficient: boolean;
  readonly allowed: boolean;
  readonly reasons: readonly string[];
  readonly code?: string;
}

/**
 * A day of customers of a catalog, and the next: a newcomer and one for each plan, who ask for every action, buy packs and are given
 * back what they paid. What is held, paid and left is compared with what was quoted. Answers the customers.
 */
export async function playCatalog(
  house: CatalogHouse,
  catalog: Catalog,
  chances: Chances,
): Promise<readonly string[]> {
  const customers = [await arrive(house)];
  for (const plan of catalog.plans.values()) {
    if (plan.sold === 'default') continue;
    const customerId = await arrive(house);
    if (await subscribeTo(house, { catalog, plan, customerId }, chances)) customers.push(customerId);
  }
  const actions = [...catalog.actions.values()];
  for (const [day, days] of [0, 1, 8].entries()) {
    house.setNow(plusMs(house.now(), days * DAY_MS));
    for (const [who, customerId] of customers.entries()) {
      await buyPacks(house, { catalog, customerId }, chances);
      // In turns, so that everybody asks for everything on one day or another.
      for (const action of actions.filter((_, at) => (at + day + who) % 3 === 0))
        await ask(house, { action, catalog, customerId }, chances);
    }
  }
  return customers;
}

async function arrive(house: CatalogHouse): Promise<string> {
  const { api, deps } = house;
  const made = await api.post<{ id: string }>('/v1/customers', { externalId: newId('req') }, { key: null });
  expect(made.status).toBe(201);
  const customerId = made.body.id;
  for (const number of [1, 2, 3]) {
    await insertUpload(deps.db, {
      id: `${customerId}_${number}`,
      customerId,
      contentType: 'image/png',
      width: 10,
      height: 10,
      bytes: 100,
      objectKey: `${customerId}/${number}`,
      isStripped: true,
      createdAt: house.now(),
    });
  }
  return customerId;
}

interface Asked {
  readonly action: Action;
  readonly catalog: Catalog;
  readonly customerId: string;
}

/** One action for one customer: quoted, held or refused as it was quoted, done or not, and perhaps given back. */
async function ask(house: CatalogHouse, asked: Asked, chances: Chances): Promise<void> {
  const { action, customerId } = asked;
  const { api, deps } = house;
  const input = await inputFor(house, asked, chances);
  const askedAt = house.now();
  const before = await balanceOf(house, customerId);
  const quoted = await api.post<Quote>('/v1/quotes', { customerId, action: action.id, input }, { key: null });
  const started = spendOf(customerId, newId('key'), { action: action.id, input });
  const spend = { ...started, runs: action.runs };
  const begin = () =>
    action.runs === 'nothing'
      ? payAtOnce(deps, { spend, at: house.now() })
      : reserveSpend(deps, { spend, at: house.now() });
  const { answer } = await begin();
  if (answer.outcome === 'refused') {
    count(chances, `refused ${answer.code}`);
    expect(REFUSALS).toContain(answer.code);
    const { code, allowed, reasons, sufficient } = quoted.body;
    if (quoted.status !== 200) expect(code).toBe(answer.code);
    else if (!allowed) expect(reasons).toEqual([answer.code]);
    else expect([answer.code, sufficient]).toEqual(['insufficient_credits', false]);
    expect(await balanceOf(house, customerId)).toEqual(before);
    return;
  }
  expect(quoted).toMatchObject({ status: 200, body: { allowed: true, sufficient: true } });
  const { credits } = quoted.body;
  const begun = await recorded(house, spend.spendId);
  expect(begun.reserved).toBe(credits);
  if (credits === 0 && action.firstFree > 0) count(chances, 'free');
  if (!isTerminal(begun.status)) await end(house, { ...asked, spend: begun }, chances);
  // A repeat moves nothing.
  expect((await begin()).answer.outcome).toBe('reserved');
  const ended = await recorded(house, spend.spendId);
  expect(isTerminal(ended.status)).toBe(true);
  expect(ended.captured + ended.released).toBe(ended.reserved);
  if (ended.status === 'succeeded') count(chances, `${action.delivers ?? action.runs} spent`);
  const after = await balanceOf(house, customerId);
  expect(after.held).toBe(before.held);
  // Where time has passed, credits may have ended and others have come.
  if (house.now() === askedAt) {
    expect(after.available).toBeLessThanOrEqual(before.available - ended.captured);
    // What comes back to an allowance above its limit is gone, and never more than what was held.
    expect(after.available).toBeGreaterThanOrEqual(before.available - ended.reserved);
  }
  if (ended.captured > 0 && chances.choose([true, false])) await refund(house, ended, chances);
}

async function refund(house: CatalogHouse, { id, captured }: Spend, chances: Chances): Promise<void> {
  const give = (body: object) =>
    house.api.post<{ credits: number; code?: string }>(`/v1/spends/${id}/refund`, body, { operator: true });
  const part = chances.choose([1, captured]);
  const given = await give({ reason: 'Sorry', credits: part });
  expect([given.status, given.body]).toMatchObject([201, { credits: part }]);
  expect((await give({ reason: 'More', credits: captured - part + 1 })).body.code).toBe('state_conflict');
  count(chances, 'refunded');
}

/** What somebody might send, good for the kind of the action as often as not. */
async function inputFor(
  { db }: CatalogHouse,
  { action: { input, delivers }, customerId }: Asked,
  { inputs, choose }: Chances,
): Promise<Record<string, unknown>> {
  const own = choose(inputs);
  const { count: pieces, ...rest } = own;
  if (Object.hasOwn(input.schema['properties'] as object, 'kind'))
    return choose([{ ...own }, { ...rest }, { ...own }, { ...own, kind: 'c' }]);
  if (delivers === 'images')
    return { modelId: choose([HOUSE_MODEL_ID, HOUSE_MODEL_ID, 'mdl_no']), prompt: own.prompt, count: pieces };
  if (delivers === 'model') {
    const uploadIds = [1, 2, 3].map((number) => `${customerId}_${number}`);
    return { name: 'Mine', visibility: choose(['public', 'private']), uploadIds };
  }
  if (delivers === 'license') {
    const images = await db('app.images').where({ visibility: 'public' }).limit(5).pluck<string[]>('id');
    return { imageId: choose([...images, 'img_no']) };
  }
  return {};
}

/** Ends open work in one of the ways in which it can end, twice. */
async function end(
  house: CatalogHouse,
  { action, spend }: Asked & { readonly spend: Spend },
  chances: Chances,
): Promise<void> {
  const { deps, db } = house;
  const spendId = spend.id;
  const at = house.now();
  if (action.runs === 'provider') {
    const how = nextOf(chances, 'jobs', ['all', 'all', 'part', 'failed', 'canceled'] as const);
    const outcome = outcomeOf(spend, action, how);
    const settled = await settleSpend(deps, { spendId, outcome, at });
    expect(await settleSpend(deps, { spendId, outcome, at })).toEqual(settled);
    count(chances, `ended ${how}`);
    return;
  }
  const how = nextOf(chances, 'reports', EXTERNAL_ENDS);
  const said = reportOf(spend, how, chances);
  if (said !== undefined) await recordReport(db, { id: newId('rpt'), spendId, report: said, at });
  const settle = () => settleExternal(deps, { spendId, end: endOf(how), at: house.now() });
  if (how === 'silent') {
    const early = await settle();
    if (!('silentAt' in early) || early.silentAt === null) {
      expect(early).toEqual({ silentAt: null });
      await settleExternal(deps, { spendId, end: { why: 'deadline' }, at });
      return;
    }
    house.setNow(early.silentAt);
  }
  const settled = await settle();
  expect(settled).toHaveProperty('status');
  expect(await settle()).toEqual(settled);
  count(chances, `ended ${how}`);
}

function endOf(how: string): ExternalEnd {
  if (how === 'silent') return { why: 'silence' };
  if (how === 'deadline') return { why: 'deadline' };
  return how === 'canceled' ? { why: 'cancel' } : { why: 'report' };
}

function reportOf({ quantity, input }: Spend, how: string, { choose }: Chances): WorkReport | undefined {
  switch (how) {
    case 'all':
      return { says: 'completed', output: { made: true }, cost: { amountMinor: 5, currency: 'usd' } };
    case 'part':
      return { says: 'completed', delivered: Math.floor(quantity / 2) };
    case 'used':
      return { says: 'completed', input: { ...input, prompt: choose(['x', String(input['prompt'])]) } };
    case 'failed':
      return { says: 'failed', code: 'no_luck', detail: 'It did not work.' };
    default:
      return undefined;
  }
}

function outcomeOf({ id, quantity, input }: Spend, { delivers }: Action, how: string): JobOutcome {
  const isWhole = delivers !== 'images';
  const pieces = typeof input['count'] === 'number' ? input['count'] : 1;
  const made = how === 'all' ? pieces : how === 'part' && !isWhole ? Math.floor(pieces / 2) : 0;
  const status = how === 'part' ? 'succeeded' : how === 'all' ? 'succeeded' : how;
  const images = Array.from({ length: isWhole ? 0 : made }, (_, position) => ({
    imageId: madeImageIdOf(id, position),
    position,
    width: 8,
    height: 8,
    objectKey: `${id}/${position}`,
  }));
  return {
    end: {
      status: status as JobOutcome['end']['status'],
      failure: how === 'failed' ? { code: 'provider_error', detail: 'It broke.' } : null,
      delivered: (quantity * made) / pieces,
    },
    images,
    modelVersion: delivers === 'model' && made > 0 ? 'v-trained' : null,
  };
}

async function recorded({ db }: CatalogHouse, spendId: string): Promise<Spend> {
  const spend = await findSpend(db, spendId);
  if (spend === undefined) throw new Error(`${spendId} is not recorded`);
  return spend;
}
