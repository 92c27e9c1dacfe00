import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError, type Client } from 'pg';
import { connectOurs, createConnection } from '../platform/database';
import { createBatcher, type Attempt, type Batcher } from './batcher';
import type { LedgerReply, LedgerResult } from './commands';

export interface LaneOptions {
  readonly databaseUrl: string;
  readonly queueMax: number;
  readonly batchMax: number;
}

interface ResultRow extends Pick<LedgerReply, 'available' | 'held' | 'owed'> {
  readonly ord: number;
  readonly outcome: LedgerResult['outcome'];
  readonly replayed: boolean;
  readonly effective_at: LedgerReply['effectiveAt'];
  readonly reply: Partial<LedgerReply> | null;
}

/** The server ends a call that takes longer; the client, which may have lost the server, a little later. */
const STATEMENT_TIMEOUT = '10s';
const QUERY_TIMEOUT_MS = 12_000;

/** How long a batch is resent before its callers are told that the ledger is unavailable. */
const OUTAGE_MAX_MS = 10_000;
const REPEAT_DELAY_MAX_MS = 1_000;

/** A deadlock, a serialization failure, a key inserted by somebody else meanwhile: the next attempt sees more. */
const RACES = ['40P01', '40001', '23505'];

/** The server goes down or comes up, has no room, or is too slow: the same call will go through later. */
const OUTAGES = /^(08|53|55P03|57|58)/;

/**
 * One connection of its own with one batch in flight on it. An item is a command's row as JSON; a connection that breaks
 * is made anew and the batch resent under the same keys.
 */
export function createLane({ databaseUrl, queueMax, batchMax }: LaneOptions): Batcher<string, LedgerResult> {
  let client: Client | undefined;
  let brokenSince: number | undefined;

  const connect = async (): Promise<Client> => {
    const fresh = createConnection(databaseUrl, 'scrip-ledger', { queryTimeoutMs: QUERY_TIMEOUT_MS });
    // Reported apart from the query when the connection breaks while idle.
    fresh.on('error', () => {
      if (client === fresh) client = undefined;
    });
    try {
      await connectOurs(fresh, STATEMENT_TIMEOUT);
    } catch (error) {
      void fresh.end().catch(() => undefined);
      throw error;
    }
    return (client = fresh);
  };

  const disconnect = async (): Promise<void> => {
    const old = client;
    client = undefined;
    await old?.end().catch(() => undefined);
  };

  const attempt = async (commands: readonly string[]): Promise<Attempt<LedgerResult>> => {
    try {
      const answers = await applyBatch(client ?? (await connect()), commands);
      brokenSince = undefined;
      return { outcome: 'applied', answers };
    } catch (error) {
      const sqlState = error instanceof DatabaseError ? (error.code ?? '') : undefined;
      if (sqlState !== undefined && !OUTAGES.test(sqlState)) {
        brokenSince = undefined;
        return { outcome: 'rejected', again: RACES.includes(sqlState), error };
      }
      // Not awaited: a connection that is lost may take its time to say so.
      void disconnect();
      brokenSince ??= performance.now();
      return { outcome: 'unknown', error };
    }
  };

  const mayRepeat = async (repeat: number): Promise<boolean> => {
    if (performance.now() - (brokenSince ?? 0) > OUTAGE_MAX_MS) {
      // Whoever comes next has all the time of an outage of their own.
      brokenSince = undefined;
      return false;
    }
    // At once, then after 50, 100, 200 … ms.
    if (repeat > 1) await delay(Math.min(25 * 2 ** (repeat - 1), REPEAT_DELAY_MAX_MS));
    return true;
  };

  const batcher = createBatcher({ attempt, mayRepeat, queueMax, batchMax });
  return {
    submit: batcher.submit,
    close: async () => {
      await batcher.close();
      await disconnect();
    },
  };
}

async function applyBatch(client: Client, commands: readonly string[]): Promise<readonly LedgerResult[]> {
  const { rows } = await client.query<ResultRow>({
    name: 'apply_batch',
    text: 'SELECT * FROM ledger.apply_batch($1::jsonb)',
    values: [`[${commands.join(',')}]`],
  });
  return rows.sort((a, b) => a.ord - b.ord).map(resultOf);
}

function resultOf(row: ResultRow): LedgerResult {
  const { outcome, replayed, reply, available, held, owed, effective_at: effectiveAt } = row;
  return { outcome, replayed, reply: { ...reply, available, held, owed, effectiveAt } };
}
