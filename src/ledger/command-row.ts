import type { LedgerCommand, StoreRecord } from './commands';

/** A command as the SQL function reads it: the members of the type `ledger.command`. */
type CommandRow = Readonly<Record<string, unknown>>;

/**
 * Turns a command into its row; undefined members are left out of the JSON. Throws a RangeError for a grant or clawback
 * of no credits: that is a bug of the caller, found before it could spoil a batch of others.
 */
export function commandRowOf(command: LedgerCommand): CommandRow {
  return {
    op: command.op,
    key: command.key,
    fingerprint: command.fingerprint,
    wallet_id: command.walletId,
    effective_at: command.effectiveAt,
    records: recordsOf(command.records),
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
      };
    case 'admit':
      return {
        credits: command.credits,
        refusal: command.refusal,
        license_of: command.licenseOf?.imageId,
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
        license_of: command.licenseOf?.imageId,
        records_if_licensed: recordsOf(command.recordsIfLicensed),
      };
    case 'settle':
      return {
        credits: command.credits,
        reason: command.reason,
        hold_id: command.holdId,
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

function positive(credits: number): number {
  if (!(credits > 0)) throw new RangeError('a grant or a clawback of no credits');
  return credits;
}
