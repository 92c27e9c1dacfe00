import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { LedgerReply } from '../ledger/commands';
import { findRecordedCommand } from '../ledger/find-recorded-command';
import { fingerprintOf } from '../platform/fingerprint';
import { findSpend, type Spend } from '../store/spends';
import { insufficientCredits } from './insufficient-credits';
import type { Reply } from './operation';
import { firstSpendView } from './views/spend-view';

/** What an idempotency key of a spend already stands for: the recorded spend, or the recorded refusal. */
export interface KnownSpend {
  /** Of the content that the key was first sent with. */
  readonly fingerprint: string;
  /** Gives the first answer again; throws when it was a refusal. */
  answer(): Promise<Reply>;
}

/** The key under which a spend's hold, or its refusal, is recorded for ever. */
export function holdKey(spendId: string): string {
  return `${spendId}/hold`;
}

/** Reads what is recorded of a spend; undefined when nothing is, so that it may begin. */
export async function findKnownSpend(
  db: Knex,
  customerId: string,
  spendId: string,
): Promise<KnownSpend | undefined> {
  const spend = await findSpend(db, spendId);
  if (spend !== undefined) {
    const { action, input } = spend;
    return { fingerprint: fingerprintOf({ action, input }), answer: () => Promise.resolve(replyOf(spend)) };
  }
  const command = await findRecordedCommand(db, holdKey(spendId));
  if (command === undefined) return undefined;
  const { fingerprint, outcome, reply } = command;
  if (outcome === 'insufficient_credits') {
    return {
      fingerprint,
      answer: async () => {
        throw await insufficientCredits(db, customerId, reply);
      },
    };
  }
  if (outcome === 'plan_required') {
    return { fingerprint, answer: () => Promise.reject(planRequired(reply.details)) };
  }
  // A hold is placed together with its spend, which is read again: this one came in between.
  const placed = await findSpend(db, spendId);
  if (placed === undefined) throw new Error(`${outcome} is recorded for ${spendId}, but no spend`);
  return { fingerprint, answer: () => Promise.resolve(replyOf(placed)) };
}

/** The refusal as it was recorded: its words stand among the details. */
export function planRequired(details: LedgerReply['details'] = {}): DomainError {
  const { detail, ...rest } = details;
  return new DomainError(
    'plan_required',
    typeof detail === 'string' ? detail : 'The plan does not allow this.',
    rest,
  );
}

/** The first answer about a spend. A licence is done when it is answered, so it is created; other work is accepted. */
function replyOf(spend: Spend): Reply {
  return {
    status: spend.action === 'license_image' ? 201 : 202,
    body: firstSpendView(spend),
    headers: { Location: `/v1/spends/${spend.id}` },
  };
}
