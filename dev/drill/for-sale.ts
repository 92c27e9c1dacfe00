import type { Stage } from './stage';

interface Plan {
  readonly id: string;
  readonly rank: number;
  readonly sold: string;
  readonly prices: Readonly<Record<string, unknown>>;
  readonly rights: Readonly<Record<string, boolean | number>>;
}

interface Sold {
  readonly id: string;
  readonly requires: string | null;
}

interface Action extends Sold {
  readonly runs: string;
  readonly delivers: string | null;
}

/*
 * What the running catalog has to make trouble with. Each throws an error for people where it has none.
 */

/** The lowest plan that is sold by the month at a checkout. */
export async function planForSale(stage: Stage): Promise<string> {
  return (await lowestPlan(stage)).id;
}

/** A pack that this plan may buy. */
export async function packForSale(stage: Stage): Promise<string> {
  const plan = await lowestPlan(stage);
  const packs = await listOf<Sold>(stage, 'packs');
  return found(packs.find(mayHave(plan)), `a pack for the plan ${plan.id}`).id;
}

/** An action by which anybody makes pictures at the provider. */
export async function pictureForSale(stage: Stage): Promise<string> {
  const plans = await listOf<Plan>(stage, 'plans');
  const everybodys = found(
    plans.find(({ sold }) => sold === 'default'),
    'a default plan',
  );
  const actions = await listOf<Action>(stage, 'actions');
  const pictures = actions.filter(({ runs, delivers }) => runs === 'provider' && delivers === 'images');
  return found(pictures.find(mayHave(everybodys)), 'an action that makes pictures').id;
}

async function lowestPlan(stage: Stage): Promise<Plan> {
  const plans = await listOf<Plan>(stage, 'plans');
  const sold = plans.filter((plan) => plan.sold === 'checkout' && plan.prices['month'] !== undefined);
  return found(sold.toSorted((a, b) => a.rank - b.rank)[0], 'a plan that is sold by the month');
}

async function listOf<Thing>(stage: Stage, kind: string): Promise<readonly Thing[]> {
  return (await stage.call('GET', '/v1/catalog'))[kind] as readonly Thing[];
}

function mayHave({ rights }: Plan) {
  return ({ requires }: Sold): boolean => requires === null || Boolean(rights[requires]);
}

function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Error(`The drill needs a catalog with ${what}.`);
  return thing;
}
