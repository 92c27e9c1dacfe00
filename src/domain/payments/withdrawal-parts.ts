import { credits, type Credits } from '../credits';
import type { Instant } from '../instants';
import { clawbackKey, clawbackUndoKey } from '../keys';

/** What one refund or dispute has taken. */
export interface WithdrawalPart {
  readonly id: string;
  readonly amountMinor: number;
  /** How much of it is for the line that grants credits, where Stripe says so. */
  readonly exactMinor?: number;
  readonly returned: boolean;
  /** Kept back from cycles that are not granted yet. */
  readonly withheld: Credits;
  /** Taken back from the wallet: usually one; more when the rest of a partly withheld cycle is taken. */
  readonly claws: readonly Claw[];
}

interface Claw {
  readonly credits: Credits;
  readonly restored: Credits;
  /** How many times credits of it were restored. */
  readonly restores: number;
}

/** Credits to take back by a clawback in the ledger; missing ones become `owed`. */
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

/** The part with one more clawback. */
export function clawed(part: WithdrawalPart, amount: number): WithdrawalPart {
  return {
    ...part,
    claws: [...part.claws, { credits: credits(amount), restored: credits(0), restores: 0 }],
  };
}

/** The effect of the part's next clawback. */
export function clawbackOf(
  paymentId: string,
  part: WithdrawalPart,
  amount: number,
  at: Instant,
): ClawbackEffect {
  const id = numbered(part.id, part.claws.length);
  return { key: clawbackKey(id), clawbackId: id, paymentId, credits: credits(amount), effectiveAt: at };
}

/** The effect of giving back `amount` of the part's `index`-th clawback. */
export function restoreOf(
  paymentId: string,
  part: WithdrawalPart,
  { index, amount, at }: { readonly index: number; readonly amount: number; readonly at: Instant },
): RestoreEffect {
  const id = numbered(part.id, index);
  const key = numbered(clawbackUndoKey(id), part.claws[index]?.restores ?? 0);
  return { key, clawbackId: id, paymentId, credits: credits(amount), effectiveAt: at };
}

/** The credits that these parts have taken: withheld or clawed back. */
export function removedBy(parts: readonly WithdrawalPart[]): number {
  return sum(
    parts.map((part) => part.withheld + sum(part.claws.map((claw) => claw.credits - claw.restored))),
  );
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The first, which is usually the only one, has the plain name; later ones have a number. */
function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}:${String(index + 1)}`;
}
