import type { Allowance, HoldCommand, LedgerCommand, StoreRecord } from './commands';

/** A command as the SQL function reads it: the members of the type `ledger.command`. */
type CommandRow = Readonly<Record<string, unknown>>;

/**
 * Turns a command into its row; undefined members are left out of the JSON. Throws a RangeError for a grant or clawback
 * of no credits, a limit of nothing, or a hold that may be free without saying what is written then: bugs of the caller, found
 * before they could spoil a batch of others.
 */
export function commandRowOf(command: LedgerCommand): CommandRow {
  return {
    op: command.op,
    key: command.key,
    fingerprint: command.fingerprint,
    wallet_id: command.walletId,
    effective_at: command.effectiveAt,
    records: recordsOf(command.records),
    allowances: allowanceRowsOf(command.allowances),
    ...ownMembersOf(command),
  };
}

function ownMembersOf(command: LedgerCommand): CommandRow {
  switch (command.op) {
    case 'grant':
      return {
        credits: positive(command.credits),
        reason: command.reason,
        grant_id: command.grantId,
        source: command.source,
        cost_minor: command.cost?.amountMinor,
        currency: command.cost?.currency,
        expires_at: command.expiresAt ?? undefined,
        payment_id: command.paymentId,
        subscription_id: command.subscriptionId,
        order_id: command.orderId,
        ...limitOf(command),
      };
    case 'admit':
      return {
        credits: command.credits,
        refusal: command.refusal,
        exclusive: command.exclusive,
        action: command.action,
        first_free: placesOf(command),
      };
    case 'hold':
      return {
        credits: command.credits,
        reason: command.reason,
        hold_id: command.holdId,
        action: command.action,
        spend_id: command.spendId,
        reference: command.reference,
        expires_at: command.expiresAt,
        refusal: command.refusal,
        capture: command.capture,
        creator_id: command.royalty?.creatorId,
        royalty: command.royalty?.credits,
        exclusive: command.exclusive,
        first_free: placesOf(command),
        records_if_free: recordsIfFreeOf(command),
      };
    case 'settle':
      return {
        credits: command.credits,
        reason: command.reason,
        hold_id: command.holdId,
        succeeded: command.succeeded,
        creator_id: command.royalty?.creatorId,
        royalty: command.royalty?.credits,
      };
    case 'capture':
      return {
        credits: command.credits,
        reason: command.reason,
        hold_id: command.holdId,
        final: command.final,
      };
    case 'void':
      return { reason: command.reason, hold_id: command.holdId, expired: command.expired };
    case 'refund':
      return {
        credits: command.credits,
        reason: command.reason,
        hold_id: command.holdId,
        refund_id: command.refundId,
      };
    case 'clawback':
      return {
        credits: positive(command.credits),
        reason: command.reason,
        clawback_id: command.clawbackId,
        payment_id: command.paymentId ?? undefined,
        available_only: command.availableOnly,
        at_most_granted: command.atMostGranted === true ? true : undefined,
      };
    case 'clawback_undo':
      return { credits: command.credits, reason: command.reason, clawback_id: command.clawbackId };
    case 'expire':
      return { grant_id: command.grantId };
  }
}

function recordsOf(records: readonly StoreRecord[] | undefined): readonly StoreRecord[] | undefined {
  return records === undefined || records.length === 0 ? undefined : records;
}

function allowanceRowsOf(allowances: readonly Allowance[] | undefined): readonly CommandRow[] | undefined {
  if (allowances === undefined || allowances.length === 0) return undefined;
  return allowances.map((allowance) => ({
    key: allowance.key,
    grant_id: allowance.grantId,
    credits: allowance.credits,
    expires_at: allowance.expiresAt ?? undefined,
    reason: allowance.reason,
    ...limitOf(allowance),
  }));
}

function limitOf({ allowance, upTo }: { allowance?: string; upTo?: number | null }): CommandRow {
  if (upTo === undefined || upTo === null) return { allowance };
  if (allowance === undefined) throw new RangeError('a limit of no allowance');
  return { allowance, up_to: upTo };
}

function placesOf({ firstFree = 0, action }: { firstFree?: number; action?: string }): number | undefined {
  if (firstFree > 0 && action === undefined) throw new RangeError('the first of no action cannot be free');
  return firstFree > 0 ? firstFree : undefined;
}

function recordsIfFreeOf({ firstFree = 0, records, recordsIfFree }: HoldCommand): CommandRow['records'] {
  const written = recordsOf(recordsIfFree);
  if (firstFree > 0 && recordsOf(records) !== undefined && written === undefined) {
    throw new RangeError('a hold that may be free and does not say what is written then');
  }
  return written;
}

function positive(credits: number): number {
  if (!(credits > 0)) throw new RangeError('a grant or a clawback of no credits');
  return credits;
}
