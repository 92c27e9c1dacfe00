import { z } from 'zod';
import { getSpend, recordHeartbeat } from '../../../store/spends';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownSpend } from '../belongings';
import { keptJson } from './kept-json';
import { assertWaiting } from './report-work';
import { spendSchema, spendView } from './spend-view';

const PROGRESS_KIB_MAX = 4;

const bodySchema = z.strictObject({
  progress: keptJson(PROGRESS_KIB_MAX)
    .optional()
    .meta({
      description: `How far it is: a percentage, or any JSON of at most ${PROGRESS_KIB_MAX} KiB. Left out, it stays as it was.`,
    }),
});

export const heartbeatSpend = defineOperation({
  summary: 'Say that external work lives',
  description:
    'Tells that work that you do yourself goes on, and how far it is. Moves no credits. Work of which nothing is heard for longer than its `silence` in the catalog ends, and its credits are released. Safe to repeat.',
  tag: 'Spends',
  access: 'key',
  belongsTo: ownSpend,
  body: optionalJsonBody(bodySchema),
  answers: { 200: { description: 'The spend, with its progress.', schema: spendSchema } },
  problems: ['state_conflict'],
  async handle({ body: { progress } }, { db, clock }, spend) {
    assertWaiting(spend);
    const at = await clock.now();
    const heard = await recordHeartbeat(db, spend.id, progress === undefined ? { at } : { progress, at });
    if (heard !== undefined) return { status: 200, body: spendView(heard) };
    const ended = await getSpend(db, spend.id);
    assertWaiting(ended);
    throw new Error(`${spend.id} waits and takes no heartbeat`);
  },
});
