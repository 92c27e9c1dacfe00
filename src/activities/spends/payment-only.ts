import type { WorkAtOnce } from './work';

/** Nothing is done and nothing delivered: to have paid is all. */
export const PAYMENT_ONLY: WorkAtOnce = {
  deliver: () => ({ result: null, records: [] }),
};
