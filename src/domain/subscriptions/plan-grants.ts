import type { Grant, Money, Plan } from '../catalog/catalog';
import { monthlyCreditsOf } from '../catalog/plans';
import { credits, type Credits } from '../credits';

/** One of a plan's grants, as often as the plan was sold. Plain JSON. */
export type SoldGrant = Pick<Grant, 'id' | 'credits' | 'expires' | 'upTo'>;

/** What a plan grants to who pays for it. Small, plain JSON: it travels with every payment. */
export interface PlanGrants {
  /** Every cycle, all grants together. */
  readonly credits: Credits;
  /** What a cycle's credits are made of, in the order of the plan. Absent: one grant that lives for ever and has no limit. */
  readonly grants?: readonly SoldGrant[];
  /** What a customer is granted once for ever, at the first cycle. Absent: nothing. */
  readonly once?: readonly SoldGrant[];
}

/** What a plan grants that was sold `quantity` times. */
export function planGrantsOf(plan: Plan, quantity = 1): PlanGrants {
  const monthly = soldGrants(plan, 'month', quantity);
  const isPlain =
    monthly.length === 1 && monthly.every(({ expires, upTo }) => expires === null && upTo === null);
  return {
    credits: credits(monthlyCreditsOf(plan) * quantity),
    ...(isPlain || monthly.length === 0 ? {} : { grants: monthly }),
    ...onceOf(plan),
  };
}

/** What a contract grants: its own credits every cycle, and what its plan grants once. */
export function contractGrantsOf(plan: Plan | undefined, contracted: Credits, quantity = 1): PlanGrants {
  return { credits: credits(contracted * quantity), ...(plan === undefined ? {} : onceOf(plan)) };
}

/** The same in the words of a paid interval. */
export function soldCycle({
  credits: creditsPerCycle,
  grants,
  once,
}: PlanGrants): { readonly creditsPerCycle: Credits } & Pick<PlanGrants, 'grants' | 'once'> {
  return {
    creditsPerCycle,
    ...(grants === undefined ? {} : { grants }),
    ...(once === undefined ? {} : { once }),
  };
}

/** The shares of a cycle's money that its grants cost, by their credits; in whole minor units that add up to it exactly. */
export function sharesOf(cost: Money, grants: readonly Pick<SoldGrant, 'credits'>[]): readonly Money[] {
  const total = grants.reduce((sum, one) => sum + one.credits, 0);
  let credited = 0;
  let shared = 0;
  return grants.map((grant) => {
    credited += grant.credits;
    const upTo = Number((BigInt(cost.amountMinor) * BigInt(credited)) / BigInt(total));
    const amountMinor = upTo - shared;
    shared = upTo;
    return { ...cost, amountMinor };
  });
}

function onceOf(plan: Plan): Pick<PlanGrants, 'once'> {
  const once = soldGrants(plan, 'once', 1);
  return once.length === 0 ? {} : { once };
}

/** A grant of nothing is none. */
function soldGrants(plan: Plan, every: Grant['every'], quantity: number): readonly SoldGrant[] {
  return plan.grants
    .filter((grant) => grant.every === every && grant.credits > 0)
    .map(({ id, credits: one, expires, upTo }) => ({
      id,
      credits: credits(one * quantity),
      expires,
      upTo: upTo === null ? null : credits(upTo * quantity),
    }));
}
