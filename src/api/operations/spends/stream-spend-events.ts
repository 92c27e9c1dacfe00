import type { Response } from 'express';
import { z } from 'zod';
import { isTerminal } from '../../../domain/spends/spend';
import { findJob } from '../../../store/jobs';
import type { Spend } from '../../../store/spends';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import type { Caller } from '../../http/caller';
import { endOfRequest } from '../../http/end-of-request';
import { viewerQuery } from '../../schemas';
import { linkThing } from '../../temporal/workflow-links';
import { ownSpend } from '../belongings';
import { spendViewFor } from './spend-view';

/** How often progress is looked for; a comment is sent then, so that no proxy takes the silence for an end. */
const PROGRESS_MS = 1_000;

export const streamSpendEvents = defineOperation({
  summary: 'Stream the events of a spend',
  description:
    'Server-sent events. `spend` carries the whole spend, first at once and then at every change; `progress` carries `{percent}` as the provider reports it, and of external work `{progress, heardAt}` at every heartbeat. The stream ends after the terminal state.',
  tag: 'Spends',
  access: 'customer',
  belongsTo: ownSpend,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The events.', contentType: 'text/event-stream' } },
  handle: ({ caller }, deps, spend) => Promise.resolve({ stream: (res) => follow(res, deps, spend, caller) }),
});

async function follow(res: Response, deps: ApiDeps, spend: Spend, caller: Caller | undefined): Promise<void> {
  const { db, spendWatch, closing } = deps;
  const signal = endOfRequest(res, closing);
  res.status(200).set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
  res.flushHeaders();
  let percent: number | null = null;
  send(res, 'spend', linkThing(spendViewFor(caller, spend), deps, caller));
  for (let latest = spend; !isTerminal(latest.status) && !signal.aborted;) {
    const changed = await spendWatch.next(latest, { ms: PROGRESS_MS, signal });
    if (changed !== undefined) {
      const isHeard = !isTerminal(changed.status) && changed.heardAt !== latest.heardAt;
      if (!isHeard || changed.status !== latest.status)
        send(res, 'spend', linkThing(spendViewFor(caller, changed), deps, caller));
      if (isHeard) send(res, 'progress', { progress: changed.progress ?? null, heardAt: changed.heardAt });
      latest = changed;
      continue;
    }
    const progress = (await findJob(db, latest.id))?.lastObject?.progressPercent ?? null;
    if (progress === null || progress === percent) res.write(': still here\n\n');
    else {
      percent = progress;
      send(res, 'progress', { percent });
    }
  }
  res.end();
}

function send(res: Response, event: string, data: unknown): void {
  res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
