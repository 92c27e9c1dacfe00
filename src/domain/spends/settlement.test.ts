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
