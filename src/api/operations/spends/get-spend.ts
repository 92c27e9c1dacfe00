import { z } from 'zod';
import { isTerminal } from '../../../domain/spends/spend';
import type { Spend } from '../../../store/spends';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { endOfRequest } from '../../http/end-of-request';
import { queryNumberSchema, viewerQuery } from '../../schemas';
import { ownSpend } from '../belongings';
import { spendSchema, spendViewFor } from './spend-view';

const WAIT_SECONDS_MAX = 120;

const query = z.strictObject({
  wait: queryNumberSchema(0, WAIT_SECONDS_MAX)
    .default(0)
    .meta({ description: 'Wait up to this many seconds for the spend to finish.' }),
  ...viewerQuery,
});

export const getSpend = defineOperation({
  summary: 'Get a spend, optionally waiting for it to finish',
  tag: 'Spends',
  access: 'customer',
  belongsTo: ownSpend,
  query,
  answers: { 200: { description: 'The spend.', schema: spendSchema } },
  async handle({ caller, query: { wait }, res }, deps, spend) {
    if (wait === 0) return { status: 200, body: spendViewFor(caller, spend) };
    const signal = endOfRequest(res, deps.closing);
    const latest = await waitForEnd(deps, spend, wait * 1000, signal);
    return { status: 200, body: spendViewFor(caller, latest) };
  },
});

async function waitForEnd(
  { spendWatch }: ApiDeps,
  spend: Spend,
  waitMs: number,
  signal: AbortSignal,
): Promise<Spend> {
  const end = performance.now() + waitMs;
  let latest = spend;
  while (!isTerminal(latest.status)) {
    const changed = await spendWatch.next(latest, { ms: Math.max(0, end - performance.now()), signal });
    if (changed === undefined) return latest;
    latest = changed;
  }
  return latest;
}
