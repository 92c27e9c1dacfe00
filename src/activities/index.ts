import { claimActivation, type ActivationClaim } from '../store/subscription-claims';
import { findSubscriptionState } from '../store/subscriptions';
import { carryOutAddOnWithdrawal, readAddOnWithdrawal } from './add-ons/add-on-withdrawals';
import { findOrder } from './add-ons/find-order';
import { openAddOn } from './add-ons/open-add-on';
import { settleAddOn } from './add-ons/settle-add-on';
import type { ActivityDeps } from './deps';
import { beginErasure } from './erasures/begin-erasure';
import { endWhatRuns } from './erasures/end-what-runs';
import { eraseAtStripe, eraseCustomer } from './erasures/erase-customer';
import { eraseWorks } from './erasures/erase-works';
import { acknowledgeEvents } from './payments/acknowledge-events';
import { callStripe } from './payments/call-stripe';
import { refuseEvents } from './payments/refuse-events';
import { inWords } from './spends/in-words';
import { payAtOnce } from './spends/pay-at-once';
import { reserveSpend } from './spends/reserve-spend';
import { runJob } from './spends/run-job';
import { settleExternal } from './spends/settle-external';
import { settleSpend } from './spends/settle-spend';
import { carryOutSubscription } from './subscriptions/carry-out-subscription';
import { findPlanTerms } from './subscriptions/find-plan-terms';
import { giveUpOpening } from './subscriptions/give-up-opening';
import { openSubscription } from './subscriptions/open-subscription';
import { readSubscriptionNews } from './subscriptions/read-subscription-news';
import { readSubscriptionPayments } from './subscriptions/read-subscription-payments';
import { settleDuplicate } from './subscriptions/settle-duplicate';
import { chargeTopUp, openTopUp } from './top-ups/buy-top-up';
import { stepTopUp } from './top-ups/step-top-up';

type Input<Activity extends (deps: ActivityDeps, input: never) => unknown> = Parameters<Activity>[1];

/** Everything that workflows do to the outside world, bound to what it takes. Each may be run twice, and fails in words. */
export function createActivities(deps: ActivityDeps) {
  return inWords(deps.logger, {
    reserveSpend: (input: Input<typeof reserveSpend>) => reserveSpend(deps, input),
    payAtOnce: (input: Input<typeof payAtOnce>) => payAtOnce(deps, input),
    // Its name in the histories of licences that began in an earlier release.
    licenseImage: (input: Input<typeof payAtOnce>) => payAtOnce(deps, input),
    runJob: (input: Input<typeof runJob>) => runJob(deps, input),
    settleSpend: (input: Input<typeof settleSpend>) => settleSpend(deps, input),
    settleExternal: (input: Input<typeof settleExternal>) => settleExternal(deps, input),
    openSubscription: (input: Input<typeof openSubscription>) => openSubscription(deps, input),
    giveUpOpening: (input: Input<typeof giveUpOpening>) => giveUpOpening(deps, input),
    claimActivation: (input: ActivationClaim) => claimActivation(deps.db, input),
    settleDuplicate: (input: Input<typeof settleDuplicate>) => settleDuplicate(deps, input),
    findSubscriptionState: async (id: string) => (await findSubscriptionState(deps.db, id)) ?? null,
    findPlanTerms: (input: Input<typeof findPlanTerms>) => findPlanTerms(deps, input),
    readSubscriptionPayments: (input: Input<typeof readSubscriptionPayments>) =>
      readSubscriptionPayments(deps, input),
    readSubscriptionNews: (input: Input<typeof readSubscriptionNews>) => readSubscriptionNews(deps, input),
    callStripe: (input: Input<typeof callStripe>) => callStripe(deps, input),
    carryOutSubscription: (input: Input<typeof carryOutSubscription>) => carryOutSubscription(deps, input),
    openAddOn: (input: Input<typeof openAddOn>) => openAddOn(deps, input),
    findOrder: (orderId: string) => findOrder(deps, orderId),
    settleAddOn: (input: Input<typeof settleAddOn>) => settleAddOn(deps, input),
    readAddOnWithdrawal: (input: Input<typeof readAddOnWithdrawal>) => readAddOnWithdrawal(deps, input),
    carryOutAddOnWithdrawal: (input: Input<typeof carryOutAddOnWithdrawal>) =>
      carryOutAddOnWithdrawal(deps, input),
    stepTopUp: (input: Input<typeof stepTopUp>) => stepTopUp(deps, input),
    openTopUp: (input: Input<typeof openTopUp>) => openTopUp(deps, input),
    chargeTopUp: (input: Input<typeof chargeTopUp>) => chargeTopUp(deps, input),
    beginErasure: (input: Input<typeof beginErasure>) => beginErasure(deps, input),
    endWhatRuns: (input: Input<typeof endWhatRuns>) => endWhatRuns(deps, input),
    eraseWorks: (input: Input<typeof eraseWorks>) => eraseWorks(deps, input),
    eraseAtStripe: (customerId: string) => eraseAtStripe(deps, customerId),
    eraseCustomer: (input: Input<typeof eraseCustomer>) => eraseCustomer(deps, input),
    refuseEvents: (input: Input<typeof refuseEvents>) => refuseEvents(deps, input),
    acknowledgeEvents: (input: Input<typeof acknowledgeEvents>) => acknowledgeEvents(deps, input),
  });
}

export type Activities = ReturnType<typeof createActivities>;
