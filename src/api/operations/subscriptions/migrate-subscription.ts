import { z } from 'zod';
import { getCatalog } from '../../../store/catalogs';
import { migrateUpdate } from '../../../workflows/subscriptions/messages';
import { defineOperation } from '../../define-operation';
import { jsonBody } from '../../http/bodies/json-body';
import { textSchema } from '../../schemas';
import { ownSubscription } from '../belongings';
import { commandAnswers } from './preview-view';
import { commandQuery, previewCommand, sendCommand } from './subscription-command';

const body = z.strictObject({
  catalogVersion: textSchema(64),
  preview: z.boolean().default(false).meta({ description: 'As the query parameter.' }),
});

export const migrateSubscription = defineOperation({
  summary: 'Migrate a subscription to another catalog version',
  description:
    'Publishing a catalog version changes no subscription. This moves one: charges and grants follow the new version from the next period on, prices of spends at once.',
  tag: 'Operators',
  access: 'operator',
  belongsTo: ownSubscription,
  query: commandQuery,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  isDryRun: (query, { preview }) => query.preview || preview,
  answers: commandAnswers,
  problems: ['state_conflict', 'unavailable'],
  async find({ body: { catalogVersion } }, { db }, subscription) {
    await getCatalog(db, catalogVersion);
    return subscription;
  },
  async handle(call, deps, subscription) {
    const { catalogVersion, preview } = call.body;
    if (preview || call.query.preview) {
      return previewCommand(deps, subscription, { type: 'migrate', catalogVersion });
    }
    return sendCommand(call, deps, {
      subscription,
      operation: 'migrate',
      update: migrateUpdate,
      args: [{ catalogVersion }],
    });
  },
});
