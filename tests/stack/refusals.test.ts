import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended } from '../../dev/stack/launch';
import { findPackageRoot } from '../../src/platform/package-root';
import { launchStack, startStack } from '../support/start-stack';

/** Starts that cannot work end at once, with 1 and a sentence that says what to do. */
describe('a stack that cannot start', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'scrip-refusal-'));
  });

  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });

  const refusal = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const { child, output } = launchStack(home, env);
    expect(await ended(child)).toEqual({ code: 1, signal: null });
    return output();
  };

  it('says which port is in use', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    const said = await refusal({ PORT: String(port) });
    squatter.close();
    expect(said).toContain(
      `Port ${String(port)} is in use. Set PORT to another one, or PORT=0 for any free one.`,
    );
  });

  it('refuses a port that is none', async () => {
    expect(await refusal({ PORT: '65536' })).toContain('PORT must be a number from 0 to 65535, not "65536".');
  });

  it('names every variable that is wrong, with what it must look like, and starts nothing', async () => {
    const wrong = {
      DATABASE_URL: 'nonsense',
      OBJECT_STORE_URL: '/var/objects',
      LOG_LEVEL: 'loud',
      TEMPORAL_ADDRESS: 'temporal',
      JOB_PROVIDER_URL: 'https://jobs.example',
    };
    const said = await refusal(wrong);
    for (const line of [
      'DATABASE_URL must be postgres://',
      'OBJECT_STORE_URL must be file:///FOLDER or s3://',
      'LOG_LEVEL must be one of trace, ',
      'TEMPORAL_ADDRESS must be HOST:PORT',
      'JOB_PROVIDER_URL needs JOB_PROVIDER_TOKEN too.',
    ]) {
      expect(said).toContain(line);
    }
    expect(said).not.toContain('Starting');
    expect(existsSync(join(home, 'logs'))).toBe(false);
  });

  it('names the catalog that is not valid, and what is wrong in it, and starts nothing', async () => {
    const original = await readFile(join(findPackageRoot(), 'catalog', 'exactly-2024.yaml'), 'utf8');
    const file = join(home, 'catalog.yaml');
    await writeFile(file, original.replace('credits: 500', 'credits: -5'));
    const said = await refusal({ SCRIP_CATALOG: file });
    expect(said).toContain(
      `${file} (SCRIP_CATALOG): The catalog is not valid: line 18: plans.standard.grants.0.credits must`,
    );
    expect(said).not.toContain('Starting');
  });

  it('names the servers that nobody can reach, and starts nothing', async () => {
    const said = await refusal({
      TEMPORAL_ADDRESS: 'localhost:1',
      DATABASE_URL: 'postgres://scrip@127.0.0.1:2/scrip',
    });
    expect(said).toContain(
      'No server can be reached at localhost:1 (ECONNREFUSED), which TEMPORAL_ADDRESS names.',
    );
    expect(said).toContain(
      'No server can be reached at 127.0.0.1:2 (ECONNREFUSED), which DATABASE_URL names.',
    );
    expect(said).not.toContain('Starting');
  });

  it('says that a stack runs here before it speaks of the port that this one holds', async () => {
    const running = await startStack({ home });
    const { port } = new URL(running.url);
    const said = await refusal({ PORT: port });
    await running.stop();
    expect(said).toContain(`Another stack (process ${String(running.process.pid)}) runs on this state.`);
  });

  it('has no stand-in for Stripe in production', async () => {
    expect(await refusal({ NODE_ENV: 'production' })).toContain(
      'With NODE_ENV=production there is no Stripe simulator: set STRIPE_SECRET_KEY.',
    );
  });

  it('names what belongs to a part that is replaced', async () => {
    expect(await refusal({ STRIPE_SECRET_KEY: 'sk_test_1' })).toContain(
      'STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET too.',
    );
  });

  it('ends with 0 when it is stopped in the middle of a start, and leaves nothing running', async () => {
    const { child, output } = launchStack(home);
    child.stdout?.on('data', () => child.kill('SIGTERM'));
    expect(await ended(child)).toEqual({ code: 0, signal: null });
    expect(output()).toContain('Stopping…');
    expect(existsSync(join(home, 'run.json'))).toBe(false);
    expect(existsSync(join(home, 'dev.json'))).toBe(false);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('hears the %s that npm alone is sent', async (signal) => {
    const { child, output } = launchStack(home, {}, 'npm start');
    child.stdout?.on('data', () => {
      if (output().includes('Starting Scrip')) child.kill(signal);
    });
    expect(await ended(child)).toEqual({ code: 0, signal: null });
    expect(output()).toContain('Stopping…');
    expect(existsSync(join(home, 'run.json'))).toBe(false);
  });
});
