import type { ActivityDeps } from '../activities/deps';
import type { Instant } from '../domain/instants';

/** All that the chores use. */
export interface ChoreDeps extends Pick<
  ActivityDeps,
  'db' | 'ledger' | 'allowancesOf' | 'temporal' | 'payments' | 'clock' | 'logger'
> {
  /**
   * When the first thing happened at Stripe since an instant (null: since ever); null when nothing has. Only who runs what
   * stands in for Stripe can know it.
   */
  readonly firstChangeAtStripe?: (since: Instant | null) => Instant | null;
}

/**
 * Something that recurs beside the workflows. Any number of processes may run it at once, and running it when nothing is due
 * changes nothing. When it fails, that is reported, the others go on, and it is run again after its pause.
 */
export interface Chore {
  readonly name: string;
  /**
   * When it is due next, as far as is known at `now`; an instant that has passed: it is due. Null: not before something happens.
   * `ranAt` is when this process last ran it to its end, null when it has not yet.
   */
  readonly nextDueAt: (
    deps: ChoreDeps,
    when: { readonly now: Instant; readonly ranAt: Instant | null },
  ) => Promise<Instant | null>;
  /** Does what is due by `now`. */
  readonly run: (deps: ChoreDeps, now: Instant) => Promise<unknown>;
  /**
   * The worker runs it again so long after its last run even when nothing is known to be due, because other processes make
   * things due and hints get lost. Whatever fails, or is still due after a run, waits as long.
   */
  readonly pauseMs: number;
}
