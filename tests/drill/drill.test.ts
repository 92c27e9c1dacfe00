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

  const paste = (commands: string) =>
    run('bash', ['-c', `eval "$(npx scrip env)"\n${commands}`], { cwd: findPackageRoot(), env });
  const drill = (args: readonly string[], home = stack.home) =>
    run('npm', ['run', '--silent', 'drill', ...args], {
      cwd: findPackageRoot(),
      env: { ...env, SCRIP_HOME: home },
    });

  /** Sees it as the runbook says, reads its card, pastes its commands, and looks whether it is over. */
  async function mendByTheRunbook(trouble: Trouble, scene: Scene): Promise<void> {
    const { ids, workflowId, repair } = scene;
    const { queries, words, commands } = readRow(trouble.row, ids, await systemClock.now());
    const [query] = queries.slice(-1);
    if (workflowId !== null && query !== undefined) {
      await stage.until(`${query} finds ${workflowId}`, () => isFound(query, workflowId));
      const [first = ''] = words;
      const isSaid = async () => (await cardOf(workflowId)).includes(first);
      await stage.until(`the card of ${workflowId} says “${first}”`, isSaid);
    }
    expect(await scene.isMended()).toBe(false);
    expect(commands).not.toMatch(/…|<|>/);
    // Where there is nothing to send, what broke is put right, and the rest happens by itself.
    if (commands !== '') {
      // The comparison ends with 1 as long as another trouble's alarm rings; what has ended meanwhile needs no command any more.
      await paste(commands).catch((error: unknown) => {
        if (!commands.includes('reconcile') && !String(error).includes('already completed')) throw error;
      });
      await stage.until(`${trouble.name} is mended`, () => scene.isMended());
    }
    if (repair !== undefined) await paste(repair);
    await stage.until(`${trouble.name} is over`, () => scene.isMended());
  }

  it.each(TROUBLES.map((trouble) => [trouble.name, trouble] as const))(
    'makes %s for real, and its row of the runbook mends it',
    async (_name, trouble) => {
      await mendByTheRunbook(trouble, await trouble.make(stage));
    },
    240_000,
  );

  it('makes on a running stack what it is asked for, and links to the section of the page that mends it', async () => {
    const { stdout } = await drill(['paused']);
    const [, subscriptionId = ''] = /^ {2}of +(sub_\w+), cus_\w+$/m.exec(stdout) ?? [];
    expect((await stage.call('GET', `/v1/subscriptions/${subscriptionId}`))['status']).toBe('paused');
    expect(stdout).toContain(`  workflow  ${stage.ui.workflow(`subscription/${subscriptionId}`)}\n`);
    const [, page = '', anchor = ''] = /^ {2}runbook .* (http:\S+)#(\S+)$/m.exec(stdout) ?? [];
    const response = await fetch(page, { headers: { Accept: 'text/html' } });
    expect(await response.text()).toContain(`id="${anchor}">A subscription is paused<`);
  }, 60_000);

  it('says what to do where no stack runs', async () => {
    await expect(drill([], '/nowhere')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^No stack is running in \/nowhere\. Start one with npm start/) as string,
    });
  }, 60_000);

  it('leaves nothing to look at once everything is mended', async () => {
    const program = ['npx', 'scrip'] as const;
    const inbox = await run(program[0], [program[1], 'inbox'], { cwd: findPackageRoot(), env });
    expect(inbox.stdout).toBe('Every event is processed.\n');
    const audit = await run(program[0], [program[1], 'audit'], { cwd: findPackageRoot(), env });
    expect(audit.stdout).toContain('All checks passed');
    const reconcile = await run(program[0], [program[1], 'reconcile'], { cwd: findPackageRoot(), env });
    expect(reconcile.stdout).toContain('Scrip and Stripe agree');
  }, 60_000);
});
