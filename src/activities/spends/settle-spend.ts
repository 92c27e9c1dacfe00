import type { Instant } from '../../domain/instants';
import { settlementOf, type Settlement } from '../../domain/spends/settlement';
import {
  isTerminal,
  wordsOfRequest,
  type GenerateImagesInput,
  type SpendStatus,
  type TrainModelInput,
} from '../../domain/spends/spend';
import type { StoreRecord } from '../../ledger/commands';
import { settleKey } from '../../domain/keys';
import { fingerprintOf } from '../../platform/fingerprint';
import { forgetHeardJob } from '../../store/jobs';
import { imageRecord } from '../../store/images';
import { findModel, modelRecord, trainedModelIdOf } from '../../store/models';
import { getSpend, spendRecord, type Spend, type SpendResult, holdIdOf } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import type { JobOutcome } from './run-job';
import { spendRequestOf } from './spend-request';

/** How a spend ended, for its card. */
export interface SettledSpend {
  readonly status: SpendStatus;
  readonly held: number;
  readonly captured: number;
  readonly released: number;
  readonly failure: Spend['failure'];
}

/**
 * Captures what was delivered and releases the rest, with the spend's result and what it made, in one transaction under
 * `{spend}/settle`. The first terminal state wins: a spend that is settled is answered as it is.
 */
export async function settleSpend(
  deps: ActivityDeps,
  { spendId, outcome, at }: { spendId: string; outcome: JobOutcome; at: Instant },
): Promise<SettledSpend> {
  const spend = await getSpend(deps.db, spendId);
  if (isTerminal(spend.status)) return settledAs(deps, settledOf(spend), spendId);
  const { unitCredits, quantity, reserved } = spend;
  const settlement = settlementOf({ unitCredits, quantity, credits: reserved }, outcome.end);
  const result = await deps.ledger.submit({
    op: 'settle',
    key: settleKey(spendId),
    fingerprint: fingerprintOf({ spendId }),
    walletId: spend.customerId,
    holdId: holdIdOf(spendId),
    credits: settlement.captured,
    succeeded: settlement.status === 'succeeded',
    effectiveAt: at,
    reason: wordsOfRequest(spendRequestOf(spend)),
    records: await recordsOf(deps, spend, { settlement, outcome, at }),
  });
  if (result.outcome !== 'applied') throw new Error(`spend ${spendId} cannot be settled: ${result.outcome}`);
  const settled = settledOf(result.replayed ? await getSpend(deps.db, spendId) : { reserved, ...settlement });
  return settledAs(deps, settled, spendId);
}

/** Nothing that was delivered has to be read again. */
async function settledAs(deps: ActivityDeps, settled: SettledSpend, spendId: string): Promise<SettledSpend> {
  if (!deps.jobs.capabilities.poll) await forgetHeardJob(deps.db, spendId);
  return settled;
}

export function settledOf({
  status,
  reserved: held,
  captured,
  released,
  failure,
}: Pick<Spend, 'status' | 'reserved' | 'captured' | 'released' | 'failure'>): SettledSpend {
  return { status, held, captured, released, failure };
}

interface Settled {
  readonly settlement: Settlement;
  readonly outcome: JobOutcome;
  readonly at: Instant;
}

async function recordsOf(deps: ActivityDeps, spend: Spend, settled: Settled): Promise<StoreRecord[]> {
  const { settlement, outcome, at } = settled;
  const row = spendRecord({
    ...spend,
    status: settlement.status,
    captured: settlement.captured,
    released: settlement.released,
    failure: settlement.failure,
    result: resultOf(spend, outcome),
    updatedAt: at,
  });
  const request = spendRequestOf(spend);
  switch (request.action) {
    case 'train_model':
      return [row, await modelOf(deps, { spend, input: request.input, outcome })];
    case 'generate_images':
      return [row, ...imagesOf(spend, request.input, settled)];
    case 'license_image':
      return [row];
  }
}

function resultOf(spend: Spend, { images, modelVersion }: JobOutcome): SpendResult | null {
  if (spend.action === 'generate_images') return { imageIds: images.map(({ imageId }) => imageId) };
  return modelVersion === null ? null : { modelId: trainedModelIdOf(spend.id) };
}

function imagesOf(spend: Spend, { modelId }: GenerateImagesInput, { outcome, at }: Settled): StoreRecord[] {
  return outcome.images.map((image) =>
    imageRecord({
      id: image.imageId,
      ownerId: spend.customerId,
      modelId,
      spendId: spend.id,
      position: image.position,
      visibility: spend.rights.privateWork ? 'private' : 'public',
      hidden: false,
      width: image.width,
      height: image.height,
      objectKey: image.objectKey,
      rights: spend.rights,
      createdAt: at,
    }),
  );
}

/** The model as the training left it; its name and visibility may have been changed meanwhile and stay. */
async function modelOf(
  deps: ActivityDeps,
  { spend, input, outcome }: { spend: Spend; input: TrainModelInput; outcome: JobOutcome },
): Promise<StoreRecord> {
  const id = trainedModelIdOf(spend.id);
  const model = await findModel(deps.db, id);
  return modelRecord({
    id,
    ownerId: spend.customerId,
    name: model?.name ?? input.name,
    visibility: model?.visibility ?? input.visibility,
    status: outcome.modelVersion === null ? 'failed' : 'ready',
    version: outcome.modelVersion,
    spendId: spend.id,
    createdAt: model?.createdAt ?? spend.createdAt,
  });
}
