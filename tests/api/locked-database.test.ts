import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findPackageRoot } from '../../src/platform/package-root';
import { PGBOUNCER, startPgBouncer, type Pooler } from '../support/pgbouncer';
import { arrive, balanceOf, imagesOf, spend, until } from './people';
import { startSecondApi } from './second-api';
import { useStack } from './use-stack';

const run = promisify(execFile);

describe('the database of a stack', () => {
  const { stack, api } = useStack();

  it('is owned by a role that is no superuser, and no superuser is known to anybody', async () => {
    const owner = new Client({ connectionString: stack.dev.databaseOwnerUrl });
    await owner.connect();
    const { rows } = await owner.query<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles WHERE rolsuper OR rolreplication OR rolbypassrls`,
    );
    const { rows: owners } = await owner.query<{ name: string }>(
      `SELECT DISTINCT pg_get_userbyid(relowner) AS name FROM pg_class WHERE relnamespace::regnamespace::text IN ('app', 'ledger')`,
    );
    await owner.end();
    expect(rows).toEqual([{ name: 'postgres' }]);
    expect(owners).toEqual([{ name: 'scrip_owner' }]);
  });

  it.each([
    ['keys', 'create', '--name', 'mine', '--scope', 'operator'],
    ['keys', 'revoke', 'key_mine'],
    ['catalog', 'publish', 'catalog/exactly-2024.yaml'],
    ['migrate'],
  ])('tells whoever says `scrip %s %s` as the application which URL is missing', async (...args) => {
    const { databaseUrl, stripeSecretKey, stripeUrl } = stack.dev;
    const root = findPackageRoot();
    const stripe = { STRIPE_SECRET_KEY: stripeSecretKey, STRIPE_API_URL: stripeUrl! };
    const called = run(process.execPath, [join(root, 'dist/src/main/cli.js'), ...args], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        SCRIP_HOME: join(stack.home, 'nowhere'),
        DATABASE_URL: databaseUrl,
        ...stripe,
      },
    });
    await expect(called).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^[^\n]*The role scrip_app [^\n]* DATABASE_OWNER_URL [^\n]*\n$/,
      ) as string,
    });
  });

  if (PGBOUNCER === undefined)
    process.stderr.write('NOT TESTED: poolers, because pgbouncer is not installed.\n');
  (PGBOUNCER === undefined ? describe.skip : describe)('behind PgBouncer', () => {
    let pooler: Pooler;

    beforeAll(async () => {
      pooler = await startPgBouncer(join(stack.home, 'pooler'), stack.dev.databaseUrl, 'session');
    });

    afterAll(() => pooler.stop());

    const behindPooler = () => ({ home: stack.home, dev: { ...stack.dev, databaseUrl: pooler.url } });

    it('serves the API while sessions are pooled; when it is changed, /readyz says what to change back', async () => {
      const second = await startSecondApi(behindPooler());
      try {
        expect((await second.api.get('/readyz')).status).toBe(200);
        const customerId = await arrive(second.api);
        const { id } = await spend(second.api, await imagesOf(second.api, customerId, 2));
        await second.api.get(`/v1/spends/${id}?wait=60`);
        expect(await balanceOf(second.api, customerId)).toMatchObject({ available: 8, held: 0 });
        expect(await balanceOf(api, customerId)).toMatchObject({ available: 8, held: 0 });
        await pooler.change('transaction');
        await until(async () => (await second.api.get('/readyz')).status === 503);
        expect((await second.api.get('/readyz')).body).toMatchObject({
          code: 'unavailable',
          missing: ['database'],
          detail: expect.stringContaining('pool_mode = session') as string,
        });
      } finally {
        await second.stop();
      }
    });

    it('ends the API before it listens while transactions are pooled', async () => {
      await pooler.change('transaction');
      await expect(startSecondApi(behindPooler())).rejects.toThrow('it ended before it was ready');
      expect(await readFile(join(stack.home, 'second-api.log'), 'utf8')).toContain('pool_mode = session');
    });
  });
});
