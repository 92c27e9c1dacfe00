import fc from 'fast-check';
import { settlementOf } from './settlement';

const four = { unitCredits: 1, quantity: 4, credits: 4 };

describe('settlementOf', () => {
  it('captures what was delivered and releases the rest', () => {
    expect(settlementOf(four, { status: 'succeeded', failure: null, delivered: 3 })).toEqual({
      status: 'succeeded',
      captured: 3,
      released: 1,
      failure: null,
    });
  });

  it('captures what a failed or canceled job has delivered all the same', () => {
    const failure = { code: 'provider_error', detail: 'The card broke.' };
    expect(settlementOf(four, { status: 'failed', failure, delivered: 2 })).toMatchObject({
      captured: 2,
      released: 2,
      failure,
    });
    expect(settlementOf(four, { status: 'canceled', failure: null, delivered: 1 })).toMatchObject({
      status: 'canceled',
      captured: 1,
      released: 3,
    });
  });

  it('takes a success without a delivery for a failure', () => {
    expect(settlementOf(four, { status: 'succeeded', failure: null, delivered: 0 })).toMatchObject({
      status: 'failed',
      captured: 0,
      released: 4,
      failure: { code: 'provider_error' },
    });
  });

  it.each([
    [0.5, 5, 3, 3, 1],
    [0.29, 100, 29, 50, 14],
    [0.004, 8_000, 32, 7_999, 31],
    [2.5, 2, 5, 1.5, 3],
    [7, 3, 0, 2, 0],
  ])(
    'charges whole credits down: %d credits for each of %d units, %d held, %d delivered, %d captured',
    (unitCredits, quantity, credits, delivered, captured) => {
      const end = { status: 'succeeded', failure: null, delivered } as const;
      expect(settlementOf({ unitCredits, quantity, credits }, end).captured).toBe(captured);
      const whole = { ...end, delivered: quantity };
      expect(settlementOf({ unitCredits, quantity, credits }, whole).captured).toBe(credits);
    },
  );

  it('never captures more than was reserved', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 200 }),
        (unitCredits, quantity, delivered) => {
          const reserved = { unitCredits, quantity, credits: unitCredits * quantity };
          const { captured, released } = settlementOf(reserved, {
            status: 'succeeded',
            failure: null,
            delivered,
          });
          expect(captured + released).toBe(reserved.credits);
        },
      ),
    );
  });
});
