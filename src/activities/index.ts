import { findSubscriptionState } from '../store/subscriptions';
import { carryOutSubscription } from './carry-out-subscription';
import type { ActivityDeps } from './deps';
import { findOrder } from './find-order';
import { licenseImage } from './license-image';
import { openAddOn } from './open-add-on';
import { openSubscription } from './open-subscription';
import { acknowledgeEvents } from './acknowledge-events';
import { readSubscriptionPayments } from './read-subscription-payments';
import { reserveSpend } from './reserve-spend';
import { runJob } from './run-job';
import { settleAddOn } from './settle-add-on';
import { settleSpend } from './settle-spend';

type Input<Activity extends (deps: ActivityDeps, input: never) => unknown> = Parameters<Activity>[1];

/** Everything that workflows do to the outside world, bound to what it takes. Each may be run twice. */
export function createActivities(deps: ActivityDeps) {
  return {
    reserveSpend: (input: Input<typeof reserveSpend>) => reserveSpend(deps, input),
    licenseImage: (input: Input<typeof licenseImage>) => licenseImage(deps, input),
    runJob: (input: Input<typeof runJob>) => runJob(deps, input),
    settleSpend: (input: Input<typeof settleSpend>) => settleSpend(deps, input),
    openSubscription: (input: Input<typeof openSubscription>) => openSubscription(deps, input),
    findSubscriptionState: async (id: string) => (await findSubscriptionState(deps.db, id)) ?? null,
    readSubscriptionPayments: (input: Input<typeof readSubscriptionPayments>) =>
      readSubscriptionPayments(deps, input),
    carryOutSubscription: (input: Input<typeof carryOutSubscription>) => carryOutSubscription(deps, input),
    openAddOn: (input: Input<typeof openAddOn>) => openAddOn(deps, input),
    findOrder: (orderId: string) => findOrder(deps, orderId),
    settleAddOn: (input: Input<typeof settleAddOn>) => settleAddOn(deps, input),
    acknowledgeEvents: (input: Input<typeof acknowledgeEvents>) => acknowledgeEvents(deps, input),
  };
}

export type Activities = ReturnType<typeof createActivities>;
