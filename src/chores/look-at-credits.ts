import { noticeAllCredits } from '../activities/top-ups/notice-credits';
import { epochMsOf, instantOf, type Instant } from '../domain/instants';
import { listTopUpCustomers } from '../store/auto-top-ups';
import type { Chore } from './chore';

const DAY_MS = 86_400_000;

/**
 * Wakes the automatic top-ups that should have been woken: a hint that got lost. Who has too little is noticed at once, so this is
 * due when a day of UTC begins, for with the first of a month a new maximum begins too; never, as long as nobody has a top-up.
 */
export const lookAtCredits: Chore = {
  name: 'look at credits',
  nextDueAt: async ({ db }, { now, ranAt }) => {
    const isWanted = (await listTopUpCustomers(db, { after: '', limit: 1 })).length > 0;
    if (!isWanted) return null;
    return ranAt === null ? now : nextDay(ranAt);
  },
  run: (deps) => noticeAllCredits(deps),
  pauseMs: 15_000,
};

function nextDay(now: Instant): Instant {
  return instantOf((Math.floor(epochMsOf(now) / DAY_MS) + 1) * DAY_MS);
}
