import type { Money } from '../catalog/catalog';
import { plusMs, type Instant } from '../instants';

/**
 * Marks a subscription that was paid for while its customer had another one. It was canceled at once, its money is refunded,
 * and credits are never granted or taken back for it.
 */
export interface Duplicate {
  /** The other subscription, which the customer keeps. */
  readonly of: string;
  readonly since: Instant;
  /** Null until it is read at Stripe. */
  readonly money: DuplicateMoney | null;
}

export interface DuplicateMoney {
  /** What Stripe had taken; null for nothing: money paid outside Stripe cannot be refunded there. */
  readonly paid: Money | null;
  /**
   * `expected`: a bank debit has not arrived yet. `under_way`: the refund is pending. `stuck`: the refund failed, or
   * Stripe refuses it. `returned`: all of it went back.
   */
  readonly standing: 'expected' | 'under_way' | 'stuck' | 'returned';
  /** When it was first seen to be returned. */
  readonly returnedAt: Instant | null;
}

/** Stripe says 5 to 10 business days from a refund to the customer's bank: https://docs.stripe.com/refunds. */
const ARRIVES_WITHIN_DAYS = 10;

/** The duplicate with its money as just read at Stripe. */
export function withMoney(
  duplicate: Duplicate,
  { paid, standing }: Pick<DuplicateMoney, 'paid' | 'standing'>,
  at: Instant,
): Duplicate {
  const before = duplicate.money?.returnedAt ?? null;
  return {
    ...duplicate,
    money: { paid, standing, returnedAt: standing === 'returned' ? (before ?? at) : null },
  };
}

/** When a duplicate's refund should have arrived; null while that is not known. */
export function duplicateEndsAt({ money }: Duplicate): Instant | null {
  if (money === null || money.returnedAt === null) return null;
  return plusMs(money.returnedAt, ARRIVES_WITHIN_DAYS * 86_400_000);
}

/** What happened and what a person is to do, for the alarm and for the card. */
export function wordsOfDuplicate({ of, money }: Duplicate): string {
  return `It was paid for while the customer had ${of}, so it was canceled. ${wordsOfMoney(money)} Find out why both were open.`;
}

/** An amount as people read it, in the currency's own decimals. */
export function wordsOfAmount({ amountMinor, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** decimals).replace(/\u00a0/g, ' ');
}

function wordsOfMoney(money: DuplicateMoney | null): string {
  if (money === null) return 'Its money is about to be given back.';
  const amount = money.paid === null ? null : wordsOfAmount(money.paid);
  switch (money.standing) {
    case 'expected':
      return 'A bank is still bringing its money, which is given back once it is here.';
    case 'under_way':
      return `The refund of ${amount ?? 'its money'} is under way.`;
    case 'stuck':
      return `The refund of ${amount ?? 'its money'} failed: give it back by hand at Stripe, then send \`lookAgain\`.`;
    case 'returned':
      return amount === null
        ? 'Stripe has taken nothing for it: give back by hand what was paid outside Stripe.'
        : `${amount} was refunded and reaches the customer within ${String(ARRIVES_WITHIN_DAYS)} days.`;
  }
}
