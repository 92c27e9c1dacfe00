import { createServer, connect, type Server, type Socket } from 'node:net';
import type { Knex } from 'knex';
import { Client } from 'pg';
import type { Ledger } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { grant, hold } from './model/commands';
import { listOffences } from './model/list-offences';

describe('the ledger when connections are lost', () => {
  let database: TestDatabase;
  let db: Knex;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = createDatabase(database.appUrl);
  });

  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const heldBy = async (id: string): Promise<unknown> =>
    db.withSchema('ledger').from('wallets').where({ id }).first('available', 'held');

  it('finds out by the same key what became of a command whose answer was swallowed after the commit', async () => {
    const proxy = await startProxy(new URL(database.appUrl));
    const ledger = createLedger({ databaseUrl: proxy.url, lanes: 1 });
    try {
      await ledger.submit(grant('swallowed', 'swallowed-signup', 100));
      proxy.swallowNextAnswer();
      const result = await ledger.submit(hold('swallowed', 'swallowed-1', 30));
      expect(proxy.swallowed()).toBe(1);
      // The second attempt met the first one's record.
      expect(result).toMatchObject({
        outcome: 'applied',
        replayed: true,
        reply: { available: 70, held: 30 },
      });
      expect(await heldBy('swallowed')).toEqual({ available: 70, held: 30 });
    } finally {
      await ledger.close();
      proxy.stop();
    }
  });

  it('answers every command once while its backends are terminated under load', async () => {
    const ledger = createLedger({ databaseUrl: database.appUrl });
    const owner = new Client({ connectionString: database.ownerUrl });
    await owner.connect();
    try {
      await ledger.submit(grant('terminated', 'terminated-signup', 10_000));
      const answered = { count: 0 };
      const load = submitOneByOne(ledger, 40, 25, answered);
      let terminated = 0;
      for (let step = 100; step <= 800; step += 100) {
        while (answered.count < step) await new Promise((resolve) => setImmediate(resolve));
        const { rowCount } = await owner.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'scrip-ledger'`,
        );
        terminated += rowCount ?? 0;
      }
      expect(await load).toEqual(new Set(['applied']));
      expect(terminated).toBeGreaterThan(4);
      expect(await heldBy('terminated')).toEqual({ available: 9_000, held: 1_000 });
      expect(await listOffences(db)).toEqual([]);
    } finally {
      await owner.end();
      await ledger.close();
    }
  });

  it('says that it is unavailable when there is no server at all', async () => {
    const url = new URL(database.appUrl);
    url.pathname = '/there_is_no_such_database';
    const ledger = createLedger({ databaseUrl: url.href, lanes: 1 });
    await expect(ledger.submit(grant('nobody', 'nobody-signup', 1))).rejects.toThrow();
    await ledger.close();
  });
});

async function submitOneByOne(
  ledger: Ledger,
  callers: number,
  each: number,
  answered: { count: number },
): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let index = 0; index < each; index += 1) {
        const command = hold('terminated', `terminated-${String(caller)}-${String(index)}`, 1);
        outcomes.add((await ledger.submit(command)).outcome);
        answered.count += 1;
      }
    }),
  );
  return outcomes;
}

/** Stands between the ledger and Postgres and can break the connection when the next answer comes. */
async function startProxy(target: URL) {
  const sockets = new Set<Socket>();
  let isArmed = false;
  let count = 0;
  const server: Server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (isArmed) {
        isArmed = false;
        count += 1;
        client.destroy();
      } else {
        client.write(chunk);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(target.href);
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    swallowNextAnswer: () => (isArmed = true),
    swallowed: () => count,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
