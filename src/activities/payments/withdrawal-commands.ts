import type { ClawbackEffect, RestoreEffect } from '../../domain/payments/withdrawal-parts';
import type { ClawbackCommand, ClawbackUndoCommand } from '../../ledger/commands';
import { fingerprintOf } from '../../platform/fingerprint';

/**
 * Takes credits back for money that went back; what is missing becomes owed. A grant with a limit may have brought less than was
 * paid for: no more is taken than it brought.
 */
export function clawbackCommand(customerId: string, effect: ClawbackEffect): ClawbackCommand {
  const { key, clawbackId, paymentId, credits, effectiveAt } = effect;
  return {
    op: 'clawback',
    key,
    fingerprint: fingerprintOf({ key, credits }),
    walletId: customerId,
    clawbackId,
    paymentId,
    credits,
    availableOnly: false,
    atMostGranted: true,
    effectiveAt,
    reason: 'The payment went back',
  };
}

/** Gives credits back for money that came back after all. */
export function restoreCommand(customerId: string, effect: RestoreEffect): ClawbackUndoCommand {
  const { key, clawbackId, credits, effectiveAt } = effect;
  return {
    op: 'clawback_undo',
    key,
    fingerprint: fingerprintOf({ key, credits }),
    walletId: customerId,
    clawbackId,
    credits,
    effectiveAt,
    reason: 'The payment came back',
  };
}
