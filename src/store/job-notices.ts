import type { Knex } from 'knex';
import type { Client } from 'pg';
import { connectOurs, createConnection } from '../platform/database';

const CHANNEL = 'scrip_jobs';
const RECONNECT_MS = 1_000;

/** Tells every worker that something happened to a spend's job. A hint, not a record: it reaches who listens now. */
export async function notifyJob(db: Knex, spendId: string): Promise<void> {
  await db.raw('SELECT pg_notify(?, ?)', [CHANNEL, spendId]);
}

/**
 * Listens for `notifyJob` on a connection of its own and connects again when it is lost; what is said meanwhile is
 * missed. Answers how to stop. `onError` hears of every loss.
 */
export function listenForJobs(
  databaseUrl: string,
  on: { readonly notice: (spendId: string) => void; readonly error: (error: unknown) => void },
): () => Promise<void> {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const connect = async (): Promise<void> => {
    const connection = createConnection(databaseUrl, 'scrip-listen');
    client = connection;
    connection.on('error', on.error);
    connection.on('end', reconnectLater);
    connection.on('notification', ({ payload }) => on.notice(payload ?? ''));
    try {
      await connectOurs(connection);
      await connection.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      on.error(error);
      await connection.end().catch(on.error);
      reconnectLater();
    }
  };
  const reconnectLater = () => {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void connect();
    }, RECONNECT_MS);
  };
  void connect();

  return async () => {
    stopped = true;
    clearTimeout(timer);
    await client?.end().catch(on.error);
  };
}
