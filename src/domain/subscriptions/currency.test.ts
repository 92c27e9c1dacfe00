import { at, month, paid, play, TERMS } from '../../../tests/support/subscription-play';
import { currencyOf } from './currency';

const anchor = at('2027-01-10T00:00:00Z');
const now = at('2027-01-20T00:00:00Z');
const inPounds = { amountMinor: 2_000, currency: 'gbp' };
const paidOnce = play([paid({ ...month(anchor, 0), paid: inPounds })]).state;

describe('the currency of a subscription', () => {
  it('is the one that it was opened in; one from before goes by what was paid last, or says none', () => {
    expect(currencyOf({ ...paidOnce, currency: 'eur' })).toBe('eur');
    expect(currencyOf(paidOnce)).toBe('gbp');
    expect(currencyOf({ ...paidOnce, intervals: [] })).toBeNull();
  });

  it('stays: a plan without a price in it is refused with those that it has, and Stripe is asked for a price in it', () => {
    const ask = (priced: boolean) =>
      play(
        [
          {
            type: 'change_plan',
            at: now,
            commandId: 'c1',
            plan: 'pro',
            terms: TERMS.map((terms) => ({
              ...terms,
              price: priced || terms.plan !== 'pro' ? inPounds : null,
              currencies: priced ? ['usd', 'gbp'] : ['usd'],
            })),
          },
        ],
        paidOnce,
      );
    expect(ask(false).answers).toMatchObject([
      {
        outcome: 'refused',
        code: 'state_conflict',
        message: expect.stringMatching(/paid in gbp.* in usd only/) as unknown,
      },
    ]);
    expect(ask(true).calls).toMatchObject([
      { type: 'upgrade', plan: 'pro', currency: 'gbp' },
      { type: 'void_open_invoices' },
    ]);
  });
});
