import { condition, sleep } from '@temporalio/workflow';
import { epochMsOf, type Instant } from '../domain/instants';

/** The instants for which a run of a workflow has itself woken. */
export interface Alarms {
  /** Until `heard` is true, or the instant has come; without one until `heard` is true. */
  waitFor(heard: () => boolean, dueAt: Instant | undefined): Promise<void>;
}

/**
 * Alarms are set once for each instant and never taken back: to wait again for the same instant costs no event, and
 * one that interests nobody any more rings unheard. (Temporal's time-skipping server strands a workflow that cancels a
 * timer in the moment in which it fires: https://github.com/temporalio/sdk-java/issues/3088.) The summary stands at each
 * timer in the Web UI.
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
