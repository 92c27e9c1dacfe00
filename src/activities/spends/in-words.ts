import { ApplicationFailure } from '@temporalio/common';
import { DatabaseError } from 'pg';
import { DomainError } from '../../domain/errors';
import { isUnreachableTemporal } from '../../platform/ask-temporal';
import { isUnreachableDatabase } from '../../platform/database';
import type { Logger } from '../../platform/logger';

type Activity = (input: never) => Promise<unknown>;

/**
 * Wraps activities so that their failures say in words which system could not be reached: operators read them as the last
 * failure of a pending activity. The driver's full message goes to the log alone, because a statement may contain what
 * customers have written.
 */
export function inWords<Activities extends object>(logger: Logger, activities: Activities): Activities {
  const worded = Object.entries(activities as Record<string, Activity>).map(([name, activity]) => {
    const run: Activity = async (input) => {
      try {
        return await activity(input);
      } catch (error) {
        const failure = wordsOf(error);
        if (failure === undefined) throw error;
        logger.warn({ err: error, activity: name }, 'an activity failed and is tried again');
        throw ApplicationFailure.create(failure);
      }
    };
    return [name, run] as const;
  });
  return Object.fromEntries(worded) as Activities;
}

/** Undefined for a failure that has its own words, and for a bug, which is shown as it is. */
function wordsOf(error: unknown): { readonly type: string; readonly message: string } | undefined {
  if (error instanceof DomainError && error.code === 'unavailable') {
    return { type: error.code, message: error.message };
  }
  if (isUnreachableDatabase(error)) {
    return { type: 'unavailable', message: `The database cannot be reached: ${reasonOf(error)}.` };
  }
  if (error instanceof DatabaseError) {
    const code = error.code ?? 'no code';
    return {
      type: 'database_error',
      message: `The database refused a statement: ${reasonOf(error)} (${code}).`,
    };
  }
  if (isUnreachableTemporal(error)) {
    return { type: 'unavailable', message: `Temporal cannot be reached: ${reasonOf(error)}.` };
  }
  return undefined;
}

/** Knex writes the statement before the driver's words. A refused connection to several addresses has a code and no words. */
function reasonOf(error: unknown): string {
  const { message, code, name } = error as Readonly<Record<string, unknown>>;
  const words = (String(message).split(' - ').at(-1) ?? '').replace(/\.$/, '');
  return words === '' ? String(code ?? name) : words;
}
