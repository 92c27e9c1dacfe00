import { continueAsNew, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import { plusMs, type Instant } from '../../src/domain/instants';
import { createAlarms } from '../../src/workflows/alarms';
import { now } from '../../src/workflows/now';

export const pokeSignal = defineSignal('poke');

/** Carries out what is due; answers when more will be, null for never. */
export type Tick = () => Promise<Instant | null>;

const { tick } = proxyActivities<{ tick: Tick }>({
  startToCloseTimeout: '10 minutes',
  // A wait between two attempts would be skipped; the activity waits itself.
  retry: { maximumAttempts: 1 },
});

const TICKS_MAX = 500;
/** The time-skipping server ends a run that has lasted for ten years. */
const RUN_MS_MAX = 365 * 86_400_000;

/**
 * Whoever waits for time in the sandbox is a workflow, because the server skips time only as long as no workflow has
 * anything to do. This one lets the outside world do what is due, and sleeps until more is; a poke wakes it early.
 */
export async function drive(): Promise<void> {
  let poked = false;
  setHandler(pokeSignal, () => void (poked = true), { description: 'Something became due earlier.' });
  const alarms = createAlarms('The next that is due on the clock');
  const end = plusMs(now(), RUN_MS_MAX);
  for (let ticks = 0; ticks < TICKS_MAX && now() < end; ticks += 1) {
    poked = false;
    const next = await tick();
    await alarms.waitFor(() => poked, next !== null && next < end ? next : end);
  }
  await continueAsNew<typeof drive>();
}
