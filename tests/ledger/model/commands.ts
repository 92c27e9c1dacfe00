import { credits } from '../../../src/domain/credits';
import { epochMsOf, instantOf, type Instant } from '../../../src/domain/instants';
import type {
  AdmitCommand,
  ClawbackCommand,
  ClawbackUndoCommand,
  GrantCommand,
  HoldCommand,
  LedgerCommand,
  SettleCommand,
} from '../../../src/ledger/commands';

/** The first instant of every test; `instantAt` counts from it. */
const START = epochMsOf('2026-01-01T00:00:00.000Z' as Instant);

/** So many hours after the first instant. */
export function instantAt(hours: number): Instant {
  return instantOf(START + hours * 3_600_000);
}

type Optional<Command extends LedgerCommand> = Partial<Omit<Command, 'credits'>>;

/** A sign-up grant unless said otherwise; its key is the grant's id. */
export function grant(walletId: string, id: string, amount: number, more: Optional<GrantCommand> = {}) {
  return {
    op: 'grant',
    key: id,
    fingerprint: `grant ${id}`,
    walletId,
    effectiveAt: instantAt(0),
    grantId: id,
    source: 'signup',
    credits: credits(amount),
    cost: null,
    expiresAt: null,
    reason: 'Welcome',
    ...more,
  } satisfies GrantCommand;
}

/** The hold of a spend: key `{id}/hold`. */
export function hold(walletId: string, id: string, amount: number, more: Optional<HoldCommand> = {}) {
  return {
    op: 'hold',
    key: `${id}/hold`,
    fingerprint: `hold ${id}`,
    walletId,
    effectiveAt: instantAt(0),
    holdId: `hold_${id}`,
    credits: credits(amount),
    action: 'generate_images',
    spendId: id,
    reason: 'Images',
    ...more,
  } satisfies HoldCommand;
}

/** A hold for work that Scrip does not run; its key is its id. */
export function externalHold(walletId: string, id: string, amount: number, expiresAt: Instant) {
  return {
    op: 'hold',
    key: id,
    fingerprint: `hold ${id}`,
    walletId,
    effectiveAt: instantAt(0),
    holdId: id,
    credits: credits(amount),
    action: 'external',
    expiresAt,
    reason: 'Work elsewhere',
  } satisfies HoldCommand;
}

/** The return of a payment's money: key `clawback:{id}`. */
export function clawback(walletId: string, id: string, amount: number, paymentId: string) {
  return {
    op: 'clawback',
    key: `clawback:${id}`,
    fingerprint: `clawback ${id}`,
    walletId,
    effectiveAt: instantAt(1),
    clawbackId: id,
    paymentId,
    credits: credits(amount),
    availableOnly: false,
    reason: 'Refunded',
  } satisfies ClawbackCommand;
}

/** Gives all of a clawback back: key `clawback_undo:{id}`. */
export function undo(walletId: string, id: string) {
  return {
    op: 'clawback_undo',
    key: `clawback_undo:${id}`,
    fingerprint: `undo ${id}`,
    walletId,
    effectiveAt: instantAt(2),
    clawbackId: id,
    credits: null,
    reason: 'Reinstated',
  } satisfies ClawbackUndoCommand;
}

/** Asks under the key of the spend's hold. */
export function admit(walletId: string, id: string, amount: number, more: Optional<AdmitCommand> = {}) {
  return {
    op: 'admit',
    key: `${id}/hold`,
    fingerprint: `hold ${id}`,
    walletId,
    effectiveAt: instantAt(0),
    credits: credits(amount),
    ...more,
  } satisfies AdmitCommand;
}

/** The end of the spend's hold: key `{id}/settle`. */
export function settle(walletId: string, id: string, amount: number, more: Optional<SettleCommand> = {}) {
  return {
    op: 'settle',
    key: `${id}/settle`,
    fingerprint: `settle ${id}`,
    walletId,
    effectiveAt: instantAt(0),
    holdId: `hold_${id}`,
    credits: credits(amount),
    succeeded: amount > 0,
    reason: 'Images',
    ...more,
  } satisfies SettleCommand;
}
