import { continueAsNew, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import { createAlarms } from '../../src/workflows/alarms';
import type { Tick } from './driver';

export const pokeSignal = defineSignal('poke');

const { tick } = proxyActivities<{ tick: Tick }>({
  startToCloseTimeout: '10 minutes',
  // A wait between two attempts would be skipped; the activity waits itself.
  retry: { maximumAttempts: 1 },
});

const TICKS_MAX = 500;

/**
 * Whoever waits for time in the sandbox is a workflow, because the server skips time only as long as no workflow has
 * anything to do. This one lets the outside world do what is due, and sleeps until more is; a poke wakes it early.
 */
export async function drive(): Promise<void> {
  let poked = false;
  setHandler(pokeSignal, () => void (poked = true), { description: 'Something became due earlier.' });
  const alarms = createAlarms();
  for (let ticks = 0; ticks < TICKS_MAX; ticks += 1) {
    poked = false;
    const next = await tick();
    await alarms.waitFor(() => poked, next ?? undefined);
  }
  await continueAsNew<typeof drive>();
}
