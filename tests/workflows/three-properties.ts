import type { Activities } from '../../src/activities';
import type { FaultMode, Faults } from './faults';

type Step = keyof Activities;

export interface Saga<Trace> {
  /** Its activities, forward and undoing alike. */
  readonly steps: readonly Step[];
  /** Runs it once, under a name of its own, and answers what it left behind, without ids and instants. */
  readonly run: (name: string, plan: (workflowId: string) => void) => Promise<Trace>;
}

/**
 * What must hold for every saga (after Oxide's saga tests): any step may fail, every step may run twice, every undo may
 * run twice; and all of it leaves behind exactly what an undisturbed run does. Answers that.
 */
export async function expectThreeProperties<Trace>(faults: Faults, saga: Saga<Trace>): Promise<Trace> {
  const calm = await saga.run('calm', () => undefined);
  const disturbances = saga.steps.flatMap((step) => [
    { step, mode: 'before' as const },
    { step, mode: 'after' as const },
  ]);
  await Promise.all(disturbances.map((disturbance) => expectSame(faults, saga, { ...disturbance, calm })));
  return calm;
}

async function expectSame<Trace>(
  faults: Faults,
  saga: Saga<Trace>,
  { step, mode, calm }: { step: Step; mode: FaultMode; calm: Trace },
): Promise<void> {
  let id = '';
  const trace = await saga.run(`${step} fails ${mode}`, (workflowId) => {
    id = workflowId;
    faults.plan(workflowId, step, mode);
  });
  expect({ step, mode, trace }).toEqual({ step, mode, trace: calm });
  expect(faults.attempts(id, step)).toBeGreaterThan(1);
}
