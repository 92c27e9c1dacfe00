import { DomainError } from '../../../domain/errors';
import type { CaptureCommand, LedgerReply, VoidCommand } from '../../../ledger/commands';
import { findHold, type Hold } from '../../../ledger/find-hold';
import { expireHold } from '../../../ledger/sweep-expired';
import type { ApiDeps } from '../../deps';
import { keyReused } from '../../http/idempotency-key';
import type { Call, Reply } from '../../http/operation';
import { holdView } from './hold-view';

/**
 * The external hold of an id, exact at this instant: one whose time has passed is ended before it is shown, however late
 * the sweep is. Throws `not_found`, for the hold of a spend too, which only its own workflow settles.
 */
export async function getExternalHold({ db, ledger, clock }: ApiDeps, id: string): Promise<Hold> {
  const hold = await findExternalHold(db, id);
  const now = await clock.now();
  if (hold.status !== 'open' || hold.expiresAt === null || hold.expiresAt > now) return hold;
  await ledger.submit(expireHold({ id, walletId: hold.customerId }, now));
  return findExternalHold(db, id);
}

/** Captures or voids a hold and answers it as it is then; throws why it could not be done. */
export async function resolveHold(
  call: Call<unknown, unknown>,
  deps: ApiDeps,
  command: CaptureCommand | VoidCommand,
): Promise<Reply> {
  const { outcome, replayed, reply } = await deps.ledger.submit(command);
  if (replayed) call.markReplayed();
  if (outcome === 'idempotency_key_reused') throw keyReused();
  const hold = await getExternalHold(deps, command.holdId);
  if (outcome === 'hold_exceeded') throw exceeded(hold, reply);
  if (outcome === 'hold_already_settled') throw settled(hold);
  if (outcome !== 'applied') throw new Error(`the end of a hold was answered ${outcome}`);
  return { status: 200, body: holdView(hold, reply.hold) };
}

async function findExternalHold(db: ApiDeps['db'], id: string): Promise<Hold> {
  const hold = await findHold(db, id);
  if (hold === undefined || hold.spendId !== null) throw new DomainError('not_found', `No hold ${id}.`);
  return hold;
}

function exceeded({ id }: Hold, reply: LedgerReply): DomainError {
  const { required = 0, shortfall = 0 } = reply;
  const open = required - shortfall;
  return new DomainError('hold_exceeded', `Only ${open} credits of hold ${id} are still open.`, {
    requested: required,
    open,
  });
}

function settled({ id, status }: Hold): DomainError {
  return new DomainError('hold_already_settled', `Hold ${id} has ended: ${status}.`, { holdStatus: status });
}
