import type { Money } from '../catalog/catalog';
import { credits, type Credits } from '../credits';
import type { Instant } from '../instants';
import {
  clawbackOf,
  clawed,
  removedBy,
  restoreOf,
  sum,
  type ClawbackEffect,
  type RestoreEffect,
  type WithdrawalPart,
} from './withdrawal-parts';

/*
 * When money goes back, its credits go too, for plans and add-ons alike. Of a payment of which `refunded / paid` went back,
 * `floor(all credits it pays for × refunded / paid)` are taken: first credits not granted yet, then by clawback. Refunds and
 * disputes of one payment are counted together, in credits, so that their order makes no difference.
 */

/** A refund, a dispute or a credit note of a payment, as Stripe has it now. */
export interface Withdrawal {
  readonly id: string;
  readonly kind: 'refund' | 'dispute' | 'credit_note';
  /** Of the payment's currency, in minor units. */
  readonly amountMinor: number;
  /** How much of it is for the line that grants credits, where Stripe says so. */
  readonly exactMinor?: number;
  /** `returned`: the refund failed, or the dispute was won. Final once it is known. */
  readonly status: 'withdrawn' | 'returned';
}

/** What a payment pays for, granted or not. */
export interface Entitlement {
  readonly paymentId: string;
  /** For the credits. */
  readonly paid: Money;
  /** For other lines in the same payment; a refund that names no line counts against these first. Absent: nothing. */
  readonly otherMinor?: number;
  readonly total: Credits;
  /** The part of it that is not granted yet, withheld credits included. */
  readonly ungranted: Credits;
}

/** All refunds and disputes of one payment. Plain JSON. */
export interface PaymentWithdrawals {
  readonly paymentId: string;
  readonly parts: readonly WithdrawalPart[];
  /** When credits were last given back. */
  readonly restoredAt: Instant | null;
}

/** A payment's withdrawals after a change, and the ledger's effects of that change. */
export interface WithdrawalOutcome {
  readonly withdrawals: PaymentWithdrawals;
  readonly clawbacks: readonly ClawbackEffect[];
  readonly restores: readonly RestoreEffect[];
}

/**
 * Takes in what is known of a refund or dispute of a payment (`known`: what was taken in before; undefined at the first).
 * Withdrawn money takes the rest of its share; returned money gives back exactly what it took, except what the payment's
 * other withdrawals still cover. The same input again changes nothing. A withdrawal that is learned of only after its money
 * has come back is taken and given back at once, so that the ledger has the same rows however late it is. Pure.
 */
export function takeWithdrawal(
  known: PaymentWithdrawals | undefined,
  entitlement: Entitlement,
  withdrawal: Withdrawal,
  at: Instant,
): WithdrawalOutcome {
  const before = known ?? { paymentId: entitlement.paymentId, parts: [], restoredAt: null };
  const isNew = !before.parts.some(({ id }) => id === withdrawal.id);
  if (!isNew || withdrawal.status === 'withdrawn') return takeNews(before, entitlement, withdrawal, at);
  const gone = takeNews(before, entitlement, { ...withdrawal, status: 'withdrawn' }, at);
  const back = takeNews(gone.withdrawals, entitlement, withdrawal, at);
  return { ...back, clawbacks: gone.clawbacks };
}

function takeNews(
  before: PaymentWithdrawals,
  entitlement: Entitlement,
  withdrawal: Withdrawal,
  at: Instant,
): WithdrawalOutcome {
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
  const { id, amountMinor, exactMinor } = withdrawal;
  const returned = withdrawal.status === 'returned';
  const exact = exactMinor === undefined ? {} : { exactMinor };
  if (!parts.some((part) => part.id === id))
    return [...parts, { id, amountMinor, ...exact, returned, withheld: credits(0), claws: [] }];
  return parts.map((part) =>
    part.id === id ? { ...part, amountMinor, ...exact, returned: part.returned || returned } : part,
  );
}

/** How many credits must be taken in total for the money that has gone back. Disputes and refunds never exceed the payment. */
function removedFor({ total, paid, otherMinor = 0 }: Entitlement, parts: readonly WithdrawalPart[]): number {
  const gone = parts.filter(({ returned }) => !returned);
  const exact = sum(gone.map((part) => part.exactMinor ?? 0));
  const exactOther = sum(
    gone.map(({ amountMinor, exactMinor }) => amountMinor - (exactMinor ?? amountMinor)),
  );
  const unsaid = sum(gone.map((part) => (part.exactMinor === undefined ? part.amountMinor : 0)));
  const amount = exact + Math.max(0, unsaid - Math.max(0, otherMinor - exactOther));
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
      restores.push(restoreOf(withdrawals.paymentId, part, { index, amount: given, at }));
      return { ...claw, restored: credits(claw.restored + given), restores: claw.restores + 1 };
    });
    const released = Math.min(left, part.withheld);
    left -= released;
    return { ...part, claws, withheld: credits(part.withheld - released) };
  });
  const restoredAt = left < amount ? at : withdrawals.restoredAt;
  return { withdrawals: { ...withdrawals, parts, restoredAt }, clawbacks: [], restores };
}
