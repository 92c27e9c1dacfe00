import { execFile, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { parse } from 'yaml';
import { spawnLaunch, stopProcess } from '../../dev/stack/launch';
import { findPort } from '../../dev/stack/ports';
import { postgresLaunch, query, waitForPostgres, type Cluster } from '../../dev/stack/postgres';
import { preparePostgresBinaries } from '../../dev/stack/postgres-binaries';
import { createUnprivileged, findOnPath } from '../../dev/stack/unprivileged';
import { credits } from '../../src/domain/credits';
import { createLedger } from '../../src/ledger/ledger';
import { refuseUnfitDatabaseAt } from '../../src/platform/fit-database';
import { migrate } from '../../src/platform/migrate';
import { findPackageRoot } from '../../src/platform/package-root';
import { day, liveInLedger } from '../ledger/lived-in-ledger';

const run = promisify(execFile);
const PSQL = findOnPath('psql');

interface Compose {
  readonly services: {
    readonly postgres: { readonly environment: { readonly POSTGRES_INITDB_ARGS: string } };
    readonly roles: { readonly entrypoint: readonly string[] };
  };
}

if (PSQL === undefined)
  process.stderr.write('NOT TESTED: the roles of docker-compose.yml, because psql is not installed.\n');

/** The server of docker-compose.yml without Docker: made with its arguments, furnished by its service `roles`. */
(PSQL === undefined ? describe.skip : describe)('the roles of docker-compose.yml', () => {
  const passwords = {
    SCRIP_OWNER_PASSWORD: 'ofTheOwner',
    SCRIP_API_PASSWORD: 'ofTheApi',
    SCRIP_WORKER_PASSWORD: 'ofTheWorker',
    TEMPORAL_DB_PASSWORD: 'ofTemporal',
  };
  let folder: string;
  let compose: Compose;
  let port: number;
  let server: ChildProcess;
  let superPassword: string;

  const urlOf = (role: string, password: string, database = 'scrip') =>
    `postgres://${role}:${password}@127.0.0.1:${String(port)}/${database}`;
  const ownerUrl = () => urlOf('scrip_owner', passwords.SCRIP_OWNER_PASSWORD);
  const apiUrl = () => urlOf('scrip_api', passwords.SCRIP_API_PASSWORD);

  const furnish = (given: Readonly<Record<string, string>>) => {
    const [program, ...args] = compose.services.roles.entrypoint;
    expect(program).toBe('psql');
    const file = `--file=${join(findPackageRoot(), 'deploy/roles.sql')}`;
    const connection = {
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: 'postgres',
      PGPASSWORD: superPassword,
    };
    return run(PSQL!, [...args.filter((arg) => !arg.startsWith('--file')), file], {
      env: { ...process.env, ...connection, ...given },
    });
  };

  const rowsOf = async <Row extends object>(url: string, sql: string): Promise<readonly Row[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-roles-'));
    compose = parse(await readFile(join(findPackageRoot(), 'docker-compose.yml'), 'utf8'), {
      merge: true,
    }) as Compose;
    superPassword = randomBytes(12).toString('hex');
    const binFolder = await preparePostgresBinaries();
    const unprivileged = await createUnprivileged(folder, [binFolder]);
    const cluster: Cluster = { binFolder, dataFolder: join(folder, 'data'), unprivileged };
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, superPassword);
    const { uid, gid } = await stat(folder);
    await chown(passwordFile, uid, gid);
    const initdb = unprivileged.wrap({
      file: join(binFolder, 'initdb'),
      args: [
        ...compose.services.postgres.environment.POSTGRES_INITDB_ARGS.split(' '),
        '--username=postgres',
        '--no-sync',
        '--auth=scram-sha-256',
        '--pwfile',
        passwordFile,
        '--pgdata',
        cluster.dataFolder,
      ],
    });
    await run(initdb.file, initdb.args, { uid: initdb.uid, gid: initdb.gid });
    port = await findPort();
    const settings = { fsync: 'off', log_statement: 'all' };
    server = spawnLaunch(postgresLaunch(cluster, port, settings), join(folder, 'postgres.log'));
    const superUrl = urlOf('postgres', superPassword, 'postgres');
    await waitForPostgres(superUrl, 60_000, () => server.exitCode === null);
    await furnish(passwords);
  });

  afterAll(async () => {
    await stopProcess(server, 'SIGINT', 10_000);
    await rm(folder, { recursive: true, force: true });
  });

  it('are no superusers, and none makes databases; the owner makes roles', async () => {
    const roles = await rowsOf(
      ownerUrl(),
      `SELECT rolname AS role, rolcanlogin AS login, rolcreaterole AS "createRole" FROM pg_roles
       WHERE NOT rolsuper AND NOT rolcreatedb AND NOT rolreplication AND NOT rolbypassrls AND rolname !~ '^pg_'
       ORDER BY rolname`,
    );
    expect(roles).toEqual([
      { role: 'scrip_api', login: true, createRole: false },
      { role: 'scrip_app', login: false, createRole: false },
      { role: 'scrip_owner', login: true, createRole: true },
      { role: 'scrip_worker', login: true, createRole: false },
      { role: 'temporal', login: true, createRole: false },
    ]);
  });

  it('suffice for the owner to migrate, and for API and worker to keep a whole ledger', async () => {
    const appUrl = `postgres://scrip_app@127.0.0.1:${String(port)}/scrip`;
    expect(await migrate(ownerUrl(), ownerUrl())).toContain('0020_rights.sql');
    expect(await migrate(ownerUrl(), appUrl)).toEqual([]);
    const workerUrl = urlOf('scrip_worker', passwords.SCRIP_WORKER_PASSWORD);
    for (const url of [apiUrl(), workerUrl]) await refuseUnfitDatabaseAt(url);
    const [api, worker] = [createLedger({ databaseUrl: apiUrl() }), createLedger({ databaseUrl: workerUrl })];
    await liveInLedger(ownerUrl(), api);
    const common = {
      walletId: 'cus_new',
      fingerprint: '',
      effectiveAt: day('04-01'),
      cost: null,
      expiresAt: null,
    };
    const gift = { ...common, op: 'grant', key: 'gift', grantId: 'grt_new', source: 'promo' } as const;
    const { outcome } = await worker.submit({ ...gift, credits: credits(5), reason: 'welcome' });
    expect(outcome).toBe('applied');
    await Promise.all([api.close(), worker.close()]);
    await expect(query(apiUrl(), 'DELETE FROM app.api_keys')).rejects.toThrow('permission denied');
    await expect(query(apiUrl(), 'UPDATE ledger.wallets SET available = 1')).rejects.toThrow(
      'permission denied',
    );
  });

  it("keep Temporal and the ledger out of each other's databases", async () => {
    const temporal = (database: string) => urlOf('temporal', passwords.TEMPORAL_DB_PASSWORD, database);
    await expect(query(temporal('scrip'), 'SELECT 1')).rejects.toThrow('permission denied for database');
    for (const database of ['temporal', 'temporal_visibility']) {
      await query(temporal(database), 'CREATE TABLE mine (id int); CREATE EXTENSION btree_gin');
      for (const url of [ownerUrl(), apiUrl()]) {
        const other = url.replace(/\/scrip$/, `/${database}`);
        await expect(query(other, 'SELECT 1')).rejects.toThrow('permission denied for database');
      }
    }
  });

  it('take a new password when they are made again, and keep what is there', async () => {
    await furnish({ ...passwords, SCRIP_API_PASSWORD: 'another one' });
    await expect(query(apiUrl(), 'SELECT 1')).rejects.toThrow('password authentication failed');
    const [{ rows } = { rows: 0 }] = await rowsOf<{ rows: number }>(
      urlOf('scrip_api', encodeURIComponent('another one')),
      'SELECT count(*)::int AS rows FROM ledger.wallets',
    );
    expect(rows).toBe(5);
  });

  it('leave no password in the log, even where every statement is logged', async () => {
    const log = await readFile(join(folder, 'postgres.log'), 'utf8');
    expect(log).toContain('statement: ');
    for (const password of Object.values(passwords)) expect(log).not.toContain(password);
  });
});
