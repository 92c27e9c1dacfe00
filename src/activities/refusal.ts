import { DomainError } from '../domain/errors';
import type { OpenAnswer } from '../workflows/messages';

/**
 * What a business error means to whoever waits for the answer. `unavailable` is none: it is thrown on, so that the
 * activity is tried again, and so is every bug.
 */
export function refusalOf(error: unknown): OpenAnswer & { outcome: 'refused' } {
  if (!(error instanceof DomainError) || error.code === 'unavailable') throw error;
  const { code, message, details } = error;
  return { outcome: 'refused', code, message, ...(Object.keys(details).length === 0 ? {} : { details }) };
}
