import type { ExternalWork } from './work';

/** Work that the integrator does: what came of it is what they say. */
export const EXTERNAL_WORK: ExternalWork = {
  keptOf(report) {
    if (report.says === 'failed') return {};
    const { output, input, cost } = report;
    return {
      ...(output === undefined ? {} : { output }),
      ...(input === undefined ? {} : { settledInput: input }),
      ...(cost === undefined ? {} : { costMinor: cost.amountMinor, costCurrency: cost.currency }),
    };
  },
};
