import { findNextExpiry, sweepExpired } from '../ledger/sweep-expired';
import type { Chore } from './chore';

/** Ends external holds and lots of credits at the instant at which they expire. */
export const endWhatExpires: Chore = {
  name: 'end what expires',
  nextDueAt: ({ db }) => findNextExpiry(db),
  run: ({ db, ledger }, now) => sweepExpired(db, ledger, now),
  pauseMs: 15_000,
};
