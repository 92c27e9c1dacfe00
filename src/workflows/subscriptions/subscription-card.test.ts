import { at, month, opened, opening, paid, passes, play } from '../../../tests/support/subscription-play';
import { openSubscription, step, type SubscriptionState } from '../../domain/subscriptions/subscription';
import { subscriptionCard } from './subscription-card';

const anchor = at('2026-01-31T10:00:00Z');
const renewal = at('2026-02-28T10:00:00Z');
const running = play([paid(month(anchor, 0))]).state;

describe('the card of a subscription', () => {
  it('says that it runs, what comes next, and no reason to wait', () => {
    expect(subscriptionCard(running, renewal, null).split('\n\n')).toEqual([
      "**Standard** by the month for cus_1 (Stripe's subscription sub_stripe): **active**",
      'The first month: 2026-01-31T10:00:00.000Z to 2026-02-28T10:00:00.000Z, 28 days.',
      'Paid through 2026-02-28T10:00:00.000Z.',
      'Next grant: 500 credits at 2026-02-28T10:00:00.000Z.',
    ]);
  });

  it('calls plans and months by their names, as the catalog and people do', () => {
    const named = { ...running, planNames: { standard: 'Starter' }, plan: 'pro' } as const;
    expect(subscriptionCard(named, renewal, null)).toContain('**Starter** by the month');
    expect(subscriptionCard(named, renewal, null)).toContain('Becomes Pro when the paid time ends.');
    const later = play([paid(month(anchor, 1)), passes(renewal)], running).state;
    expect(subscriptionCard(later, null, null)).toContain('The second month: 2026-02-28T10:00:00.000Z to ');
    const year = play([paid({ ...month(anchor, 0), end: at('2028-01-31T10:00:00Z') })]).state;
    const monthAt = (text: string) => subscriptionCard(play([passes(at(text))], year).state, null, null);
    expect(monthAt('2026-08-01T00:00:00Z')).toContain('The 7th month: 2026-07-31T10:00:00.000Z to ');
    expect(monthAt('2026-12-01T00:00:00Z')).toContain('The 11th month: 2026-11-30T10:00:00.000Z to ');
    expect(monthAt('2027-10-01T00:00:00Z')).toContain('The 21st month: 2027-09-30T10:00:00.000Z to ');
  });

  it('says that a cancellation of the workflow is not followed, and what to send instead', () => {
    const asked = subscriptionCard(running, renewal, { at: renewal });
    expect(asked).toContain(
      '**Not followed**: a cancellation of this workflow was requested at 2026-02-28T10:00:00.000Z.',
    );
    expect(asked).toContain('send the Update `cancel` with `{"when": "period_end"}` or `{"when": "now"}`');
    expect(asked).toContain('**active**');
  });

  it('says for which first payment it waits', () => {
    const checkout = { sessionId: 'cs_1', url: 'https://pay.example', expiresAt: anchor };
    const waiting = openSubscription({ ...opening(), checkout, at: at('2026-01-30T10:00:00Z') });
    expect(reasons(waiting)).toEqual([
      "**Waits** for its first payment at Stripe's checkout cs_1, open until 2026-01-31T10:00:00.000Z. If it is paid but not seen here: `lookAgain`.",
    ]);
    expect(subscriptionCard({ ...waiting, expired: true }, null, null)).toContain(
      'Its checkout ended unpaid.',
    );
    expect(reasons(opened())).toEqual([expect.stringContaining('first invoice to be paid')]);
  });

  it('says for which renewal it waits, how that stands, and what mends it', () => {
    const inGrace = play([passes(renewal)], running).state;
    expect(subscriptionCard(inGrace, at('2026-02-28T13:00:00Z'), null)).toContain(
      [
        '**active**',
        '**Waits** for its renewal of 2026-02-28T10:00:00.000Z to be paid: past due from 2026-02-28T13:00:00.000Z. If it is paid at Stripe but not seen here: `lookAgain`. If it was paid outside Stripe: `recordPayment`.',
        'Reads Stripe again by itself at 2026-02-28T13:00:00.000Z.',
      ].join('\n\n'),
    );
    const failed = { type: 'payment_failed', at: renewal, periodStart: renewal } as const;
    expect(reasons(play([failed], running).state)).toEqual([
      expect.stringContaining('Stripe says that the payment failed'),
    ]);
    const late = play([passes(at('2026-03-02T00:00:00Z'))], running).state;
    expect(reasons(late)).toEqual([expect.stringContaining('nothing was heard of it by')]);
    expect(reasons({ ...late, stripeSubscriptionId: null })).toEqual([
      expect.stringContaining('Not at Stripe. If it was paid outside Stripe: `recordPayment`.'),
    ]);
  });

  it('says how many grants a pause keeps, and how it ends', () => {
    const year = { ...month(anchor, 0), end: at('2027-01-31T10:00:00Z') };
    const paused = play([paid(year), { type: 'pause', at: anchor, commandId: 'c' }]).state;
    const command = { type: 'command_done', at: anchor, commandId: 'c' } as const;
    expect(reasons(paused)[0]).toContain('for Stripe to carry out a command');
    const { state } = play([command, passes(at('2026-04-01T00:00:00Z'))], paused);
    expect(reasons(state)).toEqual([
      '**Waits** since 2026-01-31T10:00:00.000Z, for it is paused; 2 paid grants are kept until it is resumed. `resume` ends the pause.',
    ]);
  });

  it('names a payment that came before the one it follows', () => {
    const { state } = step(opened(), paid(month(anchor, 1)));
    expect(reasons(state)[0]).toContain("with Stripe's invoice in_1 for an earlier payment");
  });
});

function reasons(state: SubscriptionState): readonly string[] {
  return subscriptionCard(state, null, null)
    .split('\n\n')
    .filter((line) => line.startsWith('**Waits**'));
}
