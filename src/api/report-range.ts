import { z } from 'zod';
import { DomainError } from '../domain/errors';
import { instantSchema } from './schemas';

/** Reports cover whole months in UTC. */
export const reportQuery = z.strictObject({
  from: instantSchema.optional().meta({ description: 'From the month of this instant on.' }),
  to: instantSchema
    .optional()
    .meta({ description: 'Up to the month before this instant, or in which it lies.' }),
});

const MONTHS_MAX = 1_200;

/** Throws `invalid_request` when the range is reversed, or longer than a century. */
export function assertRange({ from, to }: z.output<typeof reportQuery>): void {
  if (from === undefined || to === undefined) return;
  const months = (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12;
  if (from >= to || months > MONTHS_MAX) {
    throw new DomainError('invalid_request', 'from must lie before to, by a century at most.', {
      field: 'from',
    });
  }
}
