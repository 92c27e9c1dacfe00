import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { findPackageRoot } from '../../src/platform/package-root';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';
import { CASES } from './cases';
import { playCases } from './play';
import { beginStory } from './story';

describe('what people do at Stripe', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    sandbox = connectSandbox(stack.dev);
  }, 180_000);
  afterAll(() => stack.stop(), 30_000);

  it.each(CASES.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    await playCases(sandbox, [one]);
  });

  const seed = randomInt(2 ** 31);
  it(`all of it side by side, in any order (seed ${String(seed)})`, async () => {
    const [order] = fc.sample(fc.shuffledSubarray([...CASES], { minLength: CASES.length }), {
      seed,
      numRuns: 1,
    });
    await playCases(sandbox, order ?? []);
    expect((await sandbox.get('/v1/audit')).body).toMatchObject({ ok: true });
  }, 600_000);

  it('13: a pack that costs nothing is granted when its checkout is complete', async () => {
    const catalog = await readFile(join(findPackageRoot(), 'catalog/exactly-2024.yaml'), 'utf8');
    const free = catalog
      .replace('version: exactly-2024', 'version: free-packs')
      .replace('price: { amountMinor: 4000, currency: usd }', 'price: { amountMinor: 0, currency: usd }');
    const file = join(stack.home, 'free-packs.yaml');
    await writeFile(file, free);
    const program = join(findPackageRoot(), 'dist/src/main/cli.js');
    const env = { PATH: process.env['PATH'], SCRIP_HOME: stack.home };
    await promisify(execFile)(process.execPath, [program, 'catalog', 'publish', file], { env });
    const story = await beginStory(sandbox);
    await story.subscribe('standard');
    await sandbox.advance({ by: 'PT1M' });
    const { status, body } = await story.buyPack();
    await sandbox.advance({ by: 'PT1M' });
    const order = await sandbox.get(`/v1/add-ons/${String(body['id'])}`);
    expect([status, order.body['status'], await story.available()]).toEqual([201, 'paid', 1510]);
  });
});
