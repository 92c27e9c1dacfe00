import type { Action, ActionInput } from '../catalog/catalog';
import { releasedAs, settlementOfReport, type WorkReport } from './external-end';

/** Two credits a minute. */
const action = {
  price: { source: 2, evaluate: () => 2 },
  quantity: { source: 'input.minutes', evaluate: (input: ActionInput) => Number(input['minutes']) },
} as unknown as Action;
const reserved = { unitCredits: 2, quantity: 10, credits: 20 };
const settle = (report: WorkReport, held = reserved) =>
  settlementOfReport({ reserved: held, action, input: { minutes: 10 } }, report);

describe('the end of external work', () => {
  it.each<[WorkReport, number, number, number]>([
    [{ says: 'completed' }, 20, 0, 10],
    [{ says: 'completed', delivered: 10 }, 20, 0, 10],
    [{ says: 'completed', delivered: 3 }, 6, 0, 3],
    [{ says: 'completed', delivered: 0 }, 0, 0, 0],
    [{ says: 'completed', input: { minutes: 7 } }, 14, 0, 7],
    [{ says: 'completed', input: { minutes: 0 } }, 0, 0, 0],
    [{ says: 'completed', input: { minutes: 16 } }, 20, 12, 16],
  ])('pays for what %j comes to, never beyond the hold', (report, captured, shortfall, quantity) => {
    expect(settle(report)).toEqual({
      status: 'succeeded',
      captured,
      released: 20 - captured,
      failure: null,
      shortfall,
      quantity,
    });
  });

  it('gives everything back for a failure, and says why', () => {
    expect(settle({ says: 'failed', code: 'out_of_tape', detail: 'No tape.' })).toEqual({
      status: 'failed',
      captured: 0,
      released: 20,
      failure: { code: 'out_of_tape', detail: 'No tape.' },
      shortfall: null,
      quantity: 10,
    });
    expect(releasedAs('canceled', reserved, null)).toMatchObject({
      captured: 0,
      released: 20,
      failure: null,
    });
  });

  it('keeps what was free when it was held free, whatever it comes to', () => {
    const free = { unitCredits: 0, quantity: 10, credits: 0 };
    expect(settle({ says: 'completed', input: { minutes: 50 } }, free)).toMatchObject({
      captured: 0,
      released: 0,
      shortfall: 0,
    });
  });
});
