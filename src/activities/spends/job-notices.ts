/**
 * Tells the activities of this process that something happened to a spend's job. A notice is a hint and may be lost or
 * come twice: who hears it asks the provider, and who hears nothing asks all the same, only later.
 */
export interface JobNotices {
  /** Wakes who watches the spend; answers false when nobody does here. */
  announce(spendId: string): boolean;
  /** Calls `wake` at every notice about the spend, until the returned function is called. */
  watch(spendId: string, wake: () => void): () => void;
}

/** Notices within one worker process; a spend that nobody watches here is announced in vain. */
export function createJobNotices(): JobNotices {
  const watchers = new Map<string, Set<() => void>>();
  return {
    announce(spendId) {
      const wakes = watchers.get(spendId);
      for (const wake of wakes ?? []) wake();
      return wakes !== undefined;
    },
    watch(spendId, wake) {
      const wakes = watchers.get(spendId) ?? new Set();
      watchers.set(spendId, wakes.add(wake));
      return () => {
        wakes.delete(wake);
        if (wakes.size === 0) watchers.delete(spendId);
      };
    },
  };
}
