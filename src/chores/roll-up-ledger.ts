import { hasRowsToRollUp, rollUp } from '../ledger/roll-up';
import type { Chore } from './chore';

/** Adds the ledger's new rows to its monthly sums; due as long as there are any. */
export const rollUpLedger: Chore = {
  name: 'roll up the ledger',
  nextDueAt: async ({ db }, { now }) => ((await hasRowsToRollUp(db)) ? now : null),
  run: ({ db }) => rollUp(db),
  pauseMs: 15_000,
};
