import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startStack, type TestStack } from '../support/start-stack';
import { playScenario } from './play-scenario';
import { connectSandbox, type SandboxClient } from './sandbox-client';
import { scenariosSchema } from './scenario';

const scenarios = scenariosSchema.parse(parse(readFileSync(join(__dirname, 'scenarios.yaml'), 'utf8')));

describe('every way a subscription and its money can go', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    sandbox = connectSandbox(stack.dev);
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  it.each(scenarios)(
    '$name: $why',
    async (scenario) => {
      await playScenario(sandbox, scenario);
      const { body: audit } = await sandbox.get('/v1/audit');
      const checks = audit['checks'] as readonly { ok: boolean }[];
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    },
    120_000,
  );
});
