import type { Instant } from '../../domain/instants';
import { settleKey } from '../../domain/keys';
import { settlementOf, type Settlement } from '../../domain/spends/settlement';
import { isTerminal, type SpendStatus } from '../../domain/spends/spend';
import type { StoreRecord } from '../../ledger/commands';
import { fingerprintOf } from '../../platform/fingerprint';
import { forgetHeardJob } from '../../store/jobs';
import { getSpend, holdIdOf, spendRecord, type Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { wordsOfSpend } from './words-of-spend';
import type { JobOutcome } from './work';
import { providerWorkOf } from './works';

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
    reason: wordsOfSpend(spend),
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

/** How a spend that waits for a provider is left. */
async function recordsOf(deps: ActivityDeps, spend: Spend, settled: Settled): Promise<StoreRecord[]> {
  const { settlement, outcome, at } = settled;
  const work = providerWorkOf(spend);
  const row = spendRecord({
    ...spend,
    status: settlement.status,
    captured: settlement.captured,
    released: settlement.released,
    failure: settlement.failure,
    result: work.resultOf(spend, outcome),
    updatedAt: at,
  });
  return [row, ...(await work.ended(deps, spend, { outcome, at }))];
}
