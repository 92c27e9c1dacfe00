import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openStage, type Stage } from '../../dev/drill/stage';
import type { Scene, Trouble } from '../../dev/drill/trouble';
import { TROUBLES } from '../../dev/drill/troubles';
import { findPackageRoot } from '../../src/platform/package-root';
import { systemClock } from '../../src/platform/clock';
import { startStack, type TestStack } from '../support/start-stack';
import { readRow } from './runbook';

const run = promisify(execFile);

describe('the drill', () => {
  let stack: TestStack;
  let stage: Stage;
  let env: Readonly<Record<string, string | undefined>>;

  beforeAll(async () => {
    stack = await startStack();
    stage = openStage(stack.home, stack.dev);
    env = { HOME: process.env['HOME'], PATH: process.env['PATH'], SCRIP_HOME: stack.home };
  }, 200_000);

  afterAll(async () => {
    await stage.close();
    await stack.stop();
  }, 30_000);

  const cardOf = async (workflowId: string): Promise<string> => {
    const metadata = await stage.temporal.workflow
      .getHandle(workflowId)
      .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    return metadata.currentDetails ?? '';
  };
  const isFound = async (query: string, workflowId: string): Promise<boolean> => {
    for await (const found of stage.temporal.workflow.list({ query })) {
      if (found.workflowId === workflowId) return true;
    }
    return false;
  };

  /** Sees it as the runbook says, reads its card, pastes its commands, and looks whether it is over. */
  async function mendByTheRunbook(trouble: Trouble, scene: Scene): Promise<void> {
    const { ids, workflowId } = scene;
    const { queries, words, commands } = readRow(trouble.row, ids, await systemClock.now());
    const [query] = queries.slice(-1);
    if (workflowId !== null && query !== undefined) {
      await stage.until(`${query} finds ${workflowId}`, () => isFound(query, workflowId));
      const [first = ''] = words;
      expect(await cardOf(workflowId)).toContain(first);
    }
    expect(await scene.isMended()).toBe(false);
    expect(commands).not.toMatch(/^$|…|<|>/);
    // The comparison ends with 1 as long as another trouble's alarm rings.
    await run('bash', ['-c', `eval "$(npx scrip env)"\n${commands}`], { cwd: findPackageRoot(), env }).catch(
      (error: unknown) => {
        if (!commands.includes('reconcile')) throw error;
      },
    );
    await stage.until(`${trouble.name} is mended`, () => scene.isMended());
  }

  it.each(TROUBLES.map((trouble) => [trouble.name, trouble] as const))(
    'makes %s for real, and its row of the runbook mends it',
    async (_name, trouble) => {
      await mendByTheRunbook(trouble, await trouble.make(stage));
    },
    240_000,
  );

  it('leaves nothing to look at once everything is mended', async () => {
    const program = ['npx', 'scrip'] as const;
    const inbox = await run(program[0], [program[1], 'inbox'], { cwd: findPackageRoot(), env });
    expect(inbox.stdout).toBe('Every event was processed.\n');
    const audit = await run(program[0], [program[1], 'audit'], { cwd: findPackageRoot(), env });
    expect(audit.stdout).toContain('All checks passed');
    const reconcile = await run(program[0], [program[1], 'reconcile'], { cwd: findPackageRoot(), env });
    expect(reconcile.stdout).toContain('Scrip and Stripe agree');
  }, 60_000);
});
