import { WithStartWorkflowOperation } from '@temporalio/client';
import { HOUSE_MODELS } from '../../dev/studio/house-models';
import { runsOf, wordsOfStarted } from '../../src/domain/spends/began-before';
import type { SpendRequest } from '../../src/domain/spends/spend';
import { getBalance } from '../../src/ledger/get-balance';
import { listStatement } from '../../src/ledger/list-statement';
import { fingerprintOf } from '../../src/platform/fingerprint';
import { deriveId } from '../../src/platform/ids';
import { findSpend } from '../../src/store/spends';
import { spendWorkflowId } from '../../src/domain/keys';
import {
  RESERVE_UPDATE_ID,
  reserveUpdate,
  SPEND_WORKFLOW,
  spendStart,
  type ReserveAnswer,
  type SpendInput,
} from '../../src/workflows/spends/messages';
import type { House } from './house';

export const HOUSE_MODEL_ID = deriveId('mdl', HOUSE_MODELS[2]!.version);

export function generating(prompt: string, count = 1): SpendRequest {
  return { action: 'generate_images', input: { modelId: HOUSE_MODEL_ID, prompt, count, seed: 7 } };
}

/** What the API starts a spend of the default catalog with. */
export function spendOf(customerId: string, key: string, request: SpendRequest): SpendInput {
  const spendId = deriveId('spd', customerId, key);
  const runs = runsOf({ request });
  const words = wordsOfStarted({ request });
  return { spendId, customerId, request, fingerprint: fingerprintOf(request), runs, words };
}

/** Reserves as the API does: by Update-with-Start under a constant update id. Customers of the house are their own external ids. */
export async function reserve({ client }: House, input: SpendInput): Promise<ReserveAnswer> {
  return client.workflow.executeUpdateWithStart(reserveUpdate, {
    updateId: RESERVE_UPDATE_ID,
    startWorkflowOperation: new WithStartWorkflowOperation(
      SPEND_WORKFLOW,
      spendStart(input, input.customerId),
    ),
  });
}

/** Runs a spend to its end. */
export async function spendToTheEnd(house: House, input: SpendInput): Promise<string> {
  await reserve(house, input);
  return (await house.client.workflow.getHandle(spendWorkflowId(input.spendId)).result()) as string;
}

/** What a spend left behind, without ids and instants: two runs that ought to be alike are. */
export async function traceOf({ db }: House, { customerId, spendId }: SpendInput) {
  const spend = await findSpend(db, spendId);
  const { available, held, owed } = await getBalance(db, customerId);
  const { data } = await listStatement(db, customerId, { limit: 100 });
  const images = await db('app.images').where({ spend_id: spendId }).orderBy('position').pluck('position');
  const models = await db('app.models').where({ spend_id: spendId }).pluck('status');
  const licenses = await db('app.licenses').where({ customer_id: customerId }).pluck('credits');
  return {
    status: spend?.status,
    captured: spend?.captured,
    released: spend?.released,
    failure: spend?.failure?.code ?? null,
    balance: { available, held, owed },
    journal: data.map(({ code, credits }) => `${code} ${credits}`).reverse(),
    images,
    models,
    licenses,
  };
}
