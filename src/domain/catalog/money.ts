import type { Amounts, Money } from './catalog';

/** A catalog's amount in a currency; in its first one when none is named. Null when it has none in that currency. */
export function moneyIn(amounts: Amounts, currency = Object.keys(amounts)[0]): Money | null {
  const amountMinor = currency === undefined ? undefined : amounts[currency];
  return currency === undefined || amountMinor === undefined ? null : { amountMinor, currency };
}

/** A catalog's amount in every currency that it has one in, the default first. */
export function moneyOf(amounts: Amounts): readonly Money[] {
  return Object.entries(amounts).map(([currency, amountMinor]) => ({ amountMinor, currency }));
}
