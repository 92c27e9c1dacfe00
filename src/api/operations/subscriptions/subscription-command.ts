import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import { planOrDefault } from '../../../domain/catalog/plans';
import { DomainError } from '../../../domain/errors';
import { onceKey } from '../../../domain/keys';
import { errorOf, type Refused } from '../../../domain/refusal';
import { currencyOf } from '../../../domain/subscriptions/currency';
import type { SubscriptionCommand } from '../../../domain/subscriptions/inputs';
import { planTermsOf, type PlanTerms } from '../../../domain/subscriptions/plan-terms';
import { previewOf, type Preview } from '../../../domain/subscriptions/preview';
import { rightsLost } from '../../../domain/subscriptions/rights';
import type { SubscriptionState } from '../../../domain/subscriptions/subscription';
import { findRecordedCommand } from '../../../ledger/find-recorded-command';
import { deriveId } from '../../../platform/ids';
import { getCatalog } from '../../../store/catalogs';
import type { StoredAnswer } from '../../../store/requests';
import { findSubscriptionState, getSubscription, type Subscription } from '../../../store/subscriptions';
import type { CommandAnswer } from '../../../workflows/messages';
import { SUBSCRIPTION_WORKFLOW, subscriptionCommandStart } from '../../../workflows/subscriptions/messages';
import { answerOnce, refusal } from '../../answer-once';
import type { ApiDeps } from '../../deps';
import type { Call, Reply } from '../../http/operation';
import { viewerQuery } from '../../schemas';
import { updateWithStart } from '../../temporal/update-with-start';
import { subscriptionView } from './subscription-view';

/** What every command on a subscription takes in its query. */
export const commandQuery = z.strictObject({
  ...viewerQuery,
  preview: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .default(false)
    .meta({ description: '`true`: change nothing, and answer what would be charged, granted and lost.' }),
});

type CommandQuery = z.output<typeof commandQuery>;

export function isPreview({ preview }: CommandQuery): boolean {
  return preview;
}

/**
 * Sends a command to the subscription's workflow and answers the subscription after it. Its key and its answer, refusals
 * too, are recorded here, where a repeat looks first: the ids of messages do not survive the workflow's next run.
 */
export async function sendCommand<Args extends unknown[]>(
  call: Call<unknown, unknown>,
  deps: ApiDeps,
  command: {
    readonly subscription: Subscription;
    readonly operation: string;
    readonly update: UpdateDefinition<CommandAnswer, Args>;
    readonly args: Args;
  },
): Promise<Reply> {
  const { subscription, operation, update: definition, args } = command;
  const updateId = deriveId('req', subscription.id, operation, call.idempotencyKey);
  const options = subscriptionCommandStart(subscription.id);
  return answerOnce(call, deps, {
    customerId: subscription.customerId,
    operation: `subscription.${operation}`,
    content: { subscriptionId: subscription.id, args },
    async work(): Promise<StoredAnswer> {
      const asked = { definition, updateId, args };
      const answer = await updateWithStart(deps, asked, { workflow: SUBSCRIPTION_WORKFLOW, options });
      if (answer === undefined) {
        throw new DomainError('unavailable', 'The outcome is not known yet. Repeat the same request.');
      }
      if (answer.outcome === 'refused') return refusal(await explained(deps, subscription, answer));
      return { status: 200, body: subscriptionView(await getSubscription(deps.db, subscription.id)) };
    },
  });
}

/**
 * Whom to ask stands with the refusal of what is sold by a person, and what there is with that of what is not sold; a workflow
 * knows neither.
 */
async function explained(
  { db }: Pick<ApiDeps, 'db'>,
  { catalogVersion }: Subscription,
  refused: Refused,
): Promise<DomainError> {
  if (refused.code !== 'contract_required' && refused.code !== 'not_sold') return errorOf(refused);
  const { version, plans, policies } = await getCatalog(db, catalogVersion);
  const details =
    refused.code === 'not_sold'
      ? { version, plans: [...plans.keys()] }
      : { contact: policies.contactAddress ?? undefined };
  return errorOf({ ...refused, details });
}

/** A command without the instant and the id that it gets when it is sent. */
export type CommandToPreview =
  | {
      readonly type: 'change_plan';
      readonly plan: Extract<SubscriptionCommand, { type: 'change_plan' }>['plan'];
    }
  | { readonly type: 'cancel'; readonly when: 'period_end' | 'now' }
  | { readonly type: 'resume' | 'pause' }
  | { readonly type: 'migrate'; readonly catalogVersion: string };

/** Says what a command would do, by letting a copy of the subscription's machine carry it out. Nothing happens. */
export async function previewCommand(
  { db, clock }: ApiDeps,
  subscription: Subscription,
  command: CommandToPreview,
): Promise<Reply> {
  const state = await findSubscriptionState(db, subscription.id);
  if (state === undefined) throw new DomainError('state_conflict', 'The subscription is not open yet.');
  const version = command.type === 'migrate' ? command.catalogVersion : state.catalogVersion;
  const catalog = await getCatalog(db, version);
  const terms = planTermsOf(catalog, state.interval, currencyOf(state));
  const graceMs = catalog.policies.graceHours * 3_600_000;
  const common = { at: await clock.now(), commandId: 'preview', terms, graceMs };
  const onceGranted = await onceGrantedOf(db, state, terms);
  const answer = previewOf({ ...state, onceGranted }, { ...common, ...command }, terms);
  if (answer.outcome === 'refused') throw await explained({ db }, subscription, answer);
  const { planBefore, planAfter } = answer.preview;
  const [before, after] = [planOrDefault(catalog, planBefore), planOrDefault(catalog, planAfter)];
  const preview = { ...answer.preview, planBefore: before.id, planAfter: after.id };
  return { status: 200, body: previewView(preview, rightsLost(before.rights, after.rights)) };
}

/** What the customer has been granted once for ever, be it by another subscription: a preview promises it no more. */
async function onceGrantedOf(
  db: ApiDeps['db'],
  { customerId, onceGranted }: Pick<SubscriptionState, 'customerId' | 'onceGranted'>,
  terms: readonly PlanTerms[],
): Promise<readonly string[]> {
  const ids = new Set(terms.flatMap(({ once = [] }) => once.map(({ id }) => id)));
  const known = await Promise.all(
    [...ids].map(async (id) =>
      (await findRecordedCommand(db, onceKey(customerId, id))) === undefined ? [] : [id],
    ),
  );
  return [...new Set([...onceGranted, ...known.flat()])];
}

function previewView(preview: Preview, rights: readonly string[]) {
  return { ...preview, lost: { ...preview.lost, rights } };
}
