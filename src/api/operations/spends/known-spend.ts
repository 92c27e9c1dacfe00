import type { Knex } from 'knex';
import { DomainError } from '../../../domain/errors';
import { holdKey } from '../../../domain/keys';
import type { LedgerReply } from '../../../ledger/commands';
import { findRecordedCommand } from '../../../ledger/find-recorded-command';
import { getSpend, type Spend } from '../../../store/spends';
import type { Reply } from '../../http/operation';
import { insufficientCredits, type WaysOut } from './insufficient-credits';
import { firstSpendView } from './spend-view';

/** What an idempotency key of a spend already stands for: the recorded spend, or the recorded refusal. */
export interface KnownSpend {
  /** Of the content that the key was first sent with. */
  readonly fingerprint: string;
  /** Gives the first answer again; throws when it was a refusal. */
  answer(waysOut: WaysOut): Promise<Reply>;
}

/** Reads what is recorded of a spend; undefined when nothing is, so that it may begin. */
export async function findKnownSpend(db: Knex, spendId: string): Promise<KnownSpend | undefined> {
  const command = await findRecordedCommand(db, holdKey(spendId));
  if (command === undefined) return undefined;
  const { fingerprint, outcome, reply } = command;
  return {
    fingerprint,
    async answer(waysOut) {
      if (outcome === 'insufficient_credits') throw insufficientCredits(reply, waysOut);
      if (outcome === 'plan_required') throw recordedPlanRequired(reply.details);
      // A hold is placed in one transaction with its spend.
      return replyOf(await getSpend(db, spendId));
    },
  };
}

/** The refusal as it was recorded: its words stand among the details. */
export function recordedPlanRequired(details: LedgerReply['details'] = {}): DomainError {
  const { detail, ...rest } = details;
  return new DomainError(
    'plan_required',
    typeof detail === 'string' ? detail : 'The plan does not allow this.',
    rest,
  );
}

/** The first answer about a spend. What needs no work is done when it is answered, so it is created; other work is accepted. */
function replyOf(spend: Spend): Reply {
  return {
    status: spend.runs === 'nothing' ? 201 : 202,
    body: firstSpendView(spend),
    headers: { Location: `/v1/spends/${spend.id}` },
  };
}
