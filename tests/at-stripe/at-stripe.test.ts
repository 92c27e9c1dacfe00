import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';
import { CASES } from './cases';
import { playCases } from './play';

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
});
