import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, passes, play, range } from '../../../tests/support/subscription-play';
import { parseCatalog } from '../../store/catalogs/read-catalog';
import { cycleStart } from '../billing-calendar';
import { importSubscriber } from './import';
import { checkImport, type ImportCells } from './import-line';
import { viewOf } from './subscription';

const catalog = parseCatalog(readFileSync(join(__dirname, '../../../catalog/exactly-2024.yaml'), 'utf8'));
const now = at('2026-11-20T08:00:00Z');
const standard: ImportCells = {
  external_id: 'user-1',
  plan: 'standard',
  interval: 'month',
  anchor_at: '2024-01-31T10:00:00Z',
  paid_through: '2026-11-30T10:00:00Z',
  unused_allowance: '320',
  stripe_customer: 'cus_stripe',
  stripe_subscription: 'sub_stripe',
};
const free: ImportCells = {
  ...standard,
  external_id: 'user-2',
  plan: 'free',
  interval: '',
  anchor_at: '',
  paid_through: '',
  unused_allowance: '3',
  stripe_customer: '',
  stripe_subscription: '',
};

describe('an imported subscriber', () => {
  it('gets the unused allowance, and the next grant where it would have been renewed', () => {
    const { openingGrant, subscription } = imported(standard);
    expect(openingGrant).toMatchObject({ key: 'migration:cus_1', credits: 320, effectiveAt: now });
    expect(viewOf(subscription!)).toMatchObject({
      status: 'active',
      plan: 'standard',
      anchorAt: '2024-01-31T10:00:00.000Z',
      paidThrough: '2026-11-30T10:00:00.000Z',
      nextGrant: { at: '2026-11-30T10:00:00.000Z', credits: 500 },
    });
    expect(play([passes(now)], subscription!).grants).toEqual([]);
  });

  it('by the year is granted the months that are left, on the anchor of old', () => {
    const { subscription } = imported({
      ...standard,
      interval: 'year',
      paid_through: '2027-01-31T10:00:00Z',
    });
    const { grants } = play(
      range(5).map((months) => passes(cycleStart(now, months))),
      subscription!,
    );
    expect(grants.map((grant) => grant.period.start)).toEqual([
      '2026-11-30T10:00:00.000Z',
      '2026-12-31T10:00:00.000Z',
    ]);
  });

  it('that was paid for ahead is granted every month of it', () => {
    const { subscription } = imported({ ...standard, paid_through: '2027-02-28T10:00:00Z' });
    const { grants } = play([passes(at('2027-03-01T00:00:00Z'))], subscription!);
    expect(grants).toHaveLength(3);
  });

  it('whose paid time is over is past due and granted nothing', () => {
    const { subscription } = imported({ ...standard, paid_through: '2026-10-31T10:00:00Z' });
    const { state, grants } = play([passes(now)], subscription!);
    expect(grants).toEqual([]);
    expect(viewOf(state).status).toBe('past_due');
  });

  it('on Free gets credits alone, and none when nothing was left', () => {
    expect(imported(free).subscription).toBeNull();
    expect(imported({ ...free, unused_allowance: '0' })).toEqual({ openingGrant: null, subscription: null });
  });
});

describe('the lines of an import', () => {
  it('are each checked, and every fault is named', () => {
    const faults = checkImport(
      [
        { ...standard, external_id: '', unused_allowance: '1.5' },
        { ...standard, plan: 'custom', stripe_customer: 'a', stripe_subscription: 'b' },
        { ...standard, interval: 'week', anchor_at: 'soon', stripe_customer: '', stripe_subscription: 'c' },
        { ...standard, anchor_at: '2030-01-01', stripe_customer: 'd', stripe_subscription: 'd' },
        { ...standard, paid_through: '2026-11-29T10:00:00Z', stripe_customer: 'e', stripe_subscription: 'e' },
        { ...free, unused_allowance: '-4' },
        { ...free, external_id: 'a\nb', unused_allowance: '99999999999' },
        {
          ...free,
          external_id: 'c',
          plan: 'standard',
          interval: 'year',
          anchor_at: '0024-02-30',
          paid_through: '9999-12-31',
        },
        {
          ...free,
          external_id: 'd',
          plan: 'pro',
          interval: 'month',
          anchor_at: '0024-02-29',
          paid_through: '9999-02-28',
        },
      ],
      { catalog, now },
    ).map((checked) => (checked.outcome === 'bad' ? checked.faults : []));
    expect(faults).toEqual([
      [
        'external_id is missing or longer than 200 characters',
        'unused_allowance is not a whole number of credits',
      ],
      ['external_id is repeated on another line', 'plan custom needs a contract'],
      [
        'external_id is repeated on another line',
        'interval is not one of month, year',
        'anchor_at is not an ISO 8601 date and time',
        'stripe_subscription needs its stripe_customer',
      ],
      [
        'external_id is repeated on another line',
        'anchor_at is in the future',
        'paid_through is not after anchor_at',
      ],
      [
        'external_id is repeated on another line',
        'paid_through is not a whole number of months after anchor_at',
      ],
      ['unused_allowance is not a whole number of credits'],
      [
        'external_id contains control characters or broken Unicode',
        'unused_allowance is not a whole number of credits',
      ],
      ['anchor_at is not an ISO 8601 date and time', 'paid_through is more than 120 months from now'],
      ['anchor_at is before 1970-01-01', 'paid_through is more than 120 months from now'],
    ]);
  });
});

function imported(cells: ImportCells) {
  const checked = checkImport([cells], { catalog, now })[0]!;
  if (checked.outcome === 'bad') throw new Error(checked.faults.join('; '));
  return importSubscriber(checked.line, {
    customerId: 'cus_1',
    subscriptionId: 'sub_1',
    catalog,
    currency: null,
    at: now,
  });
}
