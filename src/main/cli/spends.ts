import { restartSpend, type Restarted } from '../../activities/spends/restart-spend';
import { DomainError } from '../../domain/errors';
import { createLogger } from '../../platform/logger';
import { createTemporalClient } from '../../platform/temporal';
import { parseArgument, runVerb } from './command';
import { findSurroundings, withDatabase } from './surroundings';

/** The command `spends`: what an operator can do about spends. */
export function runSpends(args: readonly string[]): Promise<number> {
  return runVerb('spends', { restart }, args);
}

/** Restarts the workflow of a spend whose credits are held, and prints what it did. Answers 1 when there is nothing to restart. */
async function restart(args: readonly string[]): Promise<number> {
  const { argument: id } = parseArgument(args, {}, 'spend id (spd_…)');
  const surroundings = findSurroundings();
  const ui = surroundings.temporalUi();
  const temporal = createTemporalClient(surroundings.temporal());
  const logger = createLogger({ name: 'cli', level: 'silent' });
  try {
    const now = await surroundings.clock().now();
    const restarted = await withDatabase(surroundings.databaseUrl(), (db) =>
      restartSpend({ db, temporal, logger }, id, now),
    );
    console.log(wordsOf(restarted));
    if (ui !== undefined) console.log(ui.workflow(restarted.spend.workflowId));
    return 0;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'not_found') throw error;
    throw new Error(`There is no spend ${id}: no credits were ever held for it.`);
  } finally {
    await temporal.connection.close();
  }
}

function wordsOf(restarted: Restarted): string {
  const { id, workflowId, status, reserved } = restarted.spend;
  const standing = `${id} is ${status}, with ${String(reserved)} credits held`;
  switch (restarted.did) {
    case 'healthy':
      return `Nothing to do: ${standing}, and its workflow ${workflowId} is running. Its card says what it waits for.`;
    case 'reset':
      return `Reset ${workflowId} to its first task, because its last task had failed ${String(restarted.attempts)} times: ${standing}, and it continues from what is recorded.`;
    case 'started':
      return `Started ${workflowId} again, which ${ENDED[restarted.ended] ?? `was ${restarted.ended.toLowerCase()}`}: ${standing}. It settles by what the provider delivered.`;
  }
}

const ENDED: Readonly<Record<string, string>> = {
  GONE: 'was no longer known to Temporal',
  TERMINATED: 'was terminated',
  FAILED: 'had failed',
};
