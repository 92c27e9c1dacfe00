import { condition, sleep } from '@temporalio/workflow';
import { epochMsOf, type Instant } from '../domain/instants';

/** The instants at which a run of a workflow is woken by a timer. */
export interface Alarms {
  /** Waits until `heard` is true or the instant has come; without an instant, until `heard` is true. */
  waitFor(heard: () => boolean, dueAt: Instant | undefined): Promise<void>;
}

/**
 * Timers are set once for each instant and never cancelled: waiting again for the same instant adds no event, and a timer that
 * nobody waits for any more fires without effect. (Temporal's time-skipping server strands a workflow that cancels a
 * timer in the moment in which it fires: https://github.com/temporalio/sdk-java/issues/3088.) The summary is shown
 * with each timer in the Web UI.
 */
export function createAlarms(summary: string): Alarms {
  const pending = new Set<Instant>();
  const set = (dueAt: Instant): void => {
    if (pending.has(dueAt)) return;
    pending.add(dueAt);
    const ring = () => void pending.delete(dueAt);
    // Only a cancel of the whole workflow ends a sleep early.
    sleep(Math.max(1, epochMsOf(dueAt) - Date.now()), { summary }).then(ring, ring);
  };
  return {
    async waitFor(heard, dueAt) {
      if (dueAt === undefined) {
        await condition(heard);
        return;
      }
      set(dueAt);
      await condition(() => heard() || !pending.has(dueAt));
    },
  };
}
