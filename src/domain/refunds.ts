import type { Money } from './catalog';
import { credits, type Credits } from './credits';
import type { Instant } from './instants';

/*
 * Money that went back takes its credits with it, for plans and add-ons alike. Of a payment of which `refunded / paid` is
 * gone, `floor(all credits it entitles to × refunded / paid)` are gone: first those not granted yet, then by clawback.
 * Refunds and disputes of one payment are counted together, in credits, so that no order of them gains or loses any.
 */

/** A refund or a dispute of a payment, as Stripe has it now. */
export interface Withdrawal {
  readonly id: string;
  readonly kind: 'refund' | 'dispute';
  /** Of the payment's currency, in minor units. */
  readonly amountMinor: number;
  /** `returned`: the refund failed, or the dispute was won. For ever, as soon as it was heard of once. */
  readonly status: 'withdrawn' | 'returned';
}

/** What a payment entitles to, granted or not. */
export interface Entitlement {
  readonly paymentId: string;
  readonly paid: Money;
  readonly total: Credits;
  /** The part of it that is not granted yet, withheld credits included. */
  readonly ungranted: Credits;
}

/** What one refund or dispute has taken. */
export interface WithdrawalPart {
  readonly id: string;
  readonly amountMinor: number;
  readonly returned: boolean;
  /** Kept back from cycles that are not granted yet. */
  readonly withheld: Credits;
  /** Taken back from the wallet; one, but for the rest of a cycle that is withheld in part. */
  readonly claws: readonly Claw[];
}

interface Claw {
  readonly credits: Credits;
  readonly restored: Credits;
  /** How often something of it was restored. */
  readonly restores: number;
}

/** All refunds and disputes of one payment. Plain JSON. */
export interface PaymentWithdrawals {
  readonly paymentId: string;
  readonly parts: readonly WithdrawalPart[];
  /** When credits were last given back. */
  readonly restoredAt: Instant | null;
}

/** Credits to take back, by the ledger's clawback; what is missing becomes `owed`. */
export interface ClawbackEffect {
  readonly key: string;
  readonly clawbackId: string;
  readonly paymentId: string;
  readonly credits: Credits;
  readonly effectiveAt: Instant;
}

/** Credits of a clawback to give back, exactly where they were taken. */
export interface RestoreEffect {
  readonly key: string;
  readonly clawbackId: string;
  readonly paymentId: string;
  readonly credits: Credits;
  readonly effectiveAt: Instant;
}

/** A payment's withdrawals after a change, and what the ledger has to do about it. */
export interface WithdrawalOutcome {
  readonly withdrawals: PaymentWithdrawals;
  readonly clawbacks: readonly ClawbackEffect[];
  readonly restores: readonly RestoreEffect[];
}

/**
 * Takes in what is known of a refund or dispute of a payment (`known`: what was taken in before; undefined at the first).
 * Withdrawn money takes what is still due of its share; returned money gives back exactly what it took, as far as the
 * payment's other withdrawals do not cover it. Hearing the same thing again changes nothing. Pure.
 */
export function takeWithdrawal(
  known: PaymentWithdrawals | undefined,
  entitlement: Entitlement,
  withdrawal: Withdrawal,
  at: Instant,
): WithdrawalOutcome {
  const before = known ?? { paymentId: entitlement.paymentId, parts: [], restoredAt: null };
  const parts = withPart(before.parts, withdrawal);
  const gone = removedBy(parts);
  const target = removedFor(entitlement, parts);
  if (gone < target)
    return take({ ...before, parts }, entitlement, withdrawal.id, { credits: target - gone, at });
  return giveBack({ ...before, parts }, gone - target, at);
}

/** The credits kept back from a payment's cycles that are not granted yet. */
export function withheldOf(withdrawals: PaymentWithdrawals | undefined): number {
  return sum((withdrawals?.parts ?? []).map((part) => part.withheld));
}

/**
 * A cycle of which `amount` credits are withheld is granted in full: that many withheld credits become clawbacks, so that
 * they can be restored exactly. Takes the oldest parts first.
 */
export function clawWithheld(
  withdrawals: PaymentWithdrawals,
  amount: number,
  at: Instant,
): WithdrawalOutcome {
  const clawbacks: ClawbackEffect[] = [];
  let missing = amount;
  const parts = withdrawals.parts.map((part) => {
    const taken = Math.min(missing, part.withheld);
    if (taken === 0) return part;
    missing -= taken;
    clawbacks.push(clawbackOf(withdrawals.paymentId, part, taken, at));
    return clawed({ ...part, withheld: credits(part.withheld - taken) }, taken);
  });
  return { withdrawals: { ...withdrawals, parts }, clawbacks, restores: [] };
}

function withPart(parts: readonly WithdrawalPart[], withdrawal: Withdrawal): readonly WithdrawalPart[] {
  const { id, amountMinor } = withdrawal;
  const returned = withdrawal.status === 'returned';
  if (!parts.some((part) => part.id === id))
    return [...parts, { id, amountMinor, returned, withheld: credits(0), claws: [] }];
  return parts.map((part) =>
    part.id === id ? { ...part, amountMinor, returned: part.returned || returned } : part,
  );
}

/** What must be gone in all, given the money that is gone now. Disputes and refunds together never exceed the payment. */
function removedFor({ total, paid }: Entitlement, parts: readonly WithdrawalPart[]): number {
  const amount = sum(parts.filter((part) => !part.returned).map((part) => part.amountMinor));
  if (amount === 0) return 0;
  if (amount >= paid.amountMinor) return total;
  return Number((BigInt(total) * BigInt(amount)) / BigInt(paid.amountMinor));
}

function take(
  withdrawals: PaymentWithdrawals,
  entitlement: Entitlement,
  id: string,
  { credits: amount, at }: { readonly credits: number; readonly at: Instant },
): WithdrawalOutcome {
  const withheld = Math.min(amount, Math.max(0, entitlement.ungranted - withheldOf(withdrawals)));
  const clawbacks: ClawbackEffect[] = [];
  const parts = withdrawals.parts.map((part) => {
    if (part.id !== id) return part;
    const kept = { ...part, withheld: credits(part.withheld + withheld) };
    if (withheld === amount) return kept;
    clawbacks.push(clawbackOf(withdrawals.paymentId, part, amount - withheld, at));
    return clawed(kept, amount - withheld);
  });
  return { withdrawals: { ...withdrawals, parts }, clawbacks, restores: [] };
}

/** Gives back up to `amount`, from the parts whose money came back: first what was clawed back, then what was withheld. */
function giveBack(withdrawals: PaymentWithdrawals, amount: number, at: Instant): WithdrawalOutcome {
  const restores: RestoreEffect[] = [];
  let left = amount;
  const parts = withdrawals.parts.map((part) => {
    if (!part.returned) return part;
    const claws = part.claws.map((claw, index) => {
      const given = Math.min(left, claw.credits - claw.restored);
      if (given === 0) return claw;
      left -= given;
      restores.push({
        key: numbered(`clawback_undo:${clawbackId(part.id, index)}`, claw.restores),
        clawbackId: clawbackId(part.id, index),
        paymentId: withdrawals.paymentId,
        credits: credits(given),
        effectiveAt: at,
      });
      return { ...claw, restored: credits(claw.restored + given), restores: claw.restores + 1 };
    });
    const released = Math.min(left, part.withheld);
    left -= released;
    return { ...part, claws, withheld: credits(part.withheld - released) };
  });
  const restoredAt = left < amount ? at : withdrawals.restoredAt;
  return { withdrawals: { ...withdrawals, parts, restoredAt }, clawbacks: [], restores };
}

function clawed(part: WithdrawalPart, amount: number): WithdrawalPart {
  return {
    ...part,
    claws: [...part.claws, { credits: credits(amount), restored: credits(0), restores: 0 }],
  };
}

function clawbackOf(paymentId: string, part: WithdrawalPart, amount: number, at: Instant): ClawbackEffect {
  const id = clawbackId(part.id, part.claws.length);
  return { key: `clawback:${id}`, clawbackId: id, paymentId, credits: credits(amount), effectiveAt: at };
}

function clawbackId(withdrawalId: string, index: number): string {
  return numbered(withdrawalId, index);
}

/** The first has the plain name, which is the ordinary case; a further one is told apart by its number. */
function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}:${String(index + 1)}`;
}

function removedBy(parts: readonly WithdrawalPart[]): number {
  return sum(
    parts.map((part) => part.withheld + sum(part.claws.map((claw) => claw.credits - claw.restored))),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
