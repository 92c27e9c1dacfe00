import { z } from 'zod';
import { possibleId } from '../../../domain/possible-id';
import { notifyJob } from '../../../store/job-notices';
import { findSpendIdOfJob } from '../../../store/jobs';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';
import { rawBody } from '../../http/bodies/raw-body';

const JOB_BYTES_MAX = 1024 * 1024;

export const receiveJobsWebhook = defineOperation({
  summary: 'Receive a job update',
  description:
    'Verified as a Standard Webhook over the raw body. The body is only a hint: the job is read again from the provider.',
  tag: 'Webhooks',
  access: 'public',
  belongsTo: nobody,
  body: rawBody(JOB_BYTES_MAX),
  answers: { 200: { description: 'Received.', schema: z.strictObject({ received: z.literal(true) }) } },
  problems: ['unavailable'],
  async handle({ body, req }, { db, jobs }) {
    const { providerId } = jobs.parseWebhook(body, {
      'webhook-id': req.header('webhook-id'),
      'webhook-timestamp': req.header('webhook-timestamp'),
      'webhook-signature': req.header('webhook-signature'),
    });
    // Before the provider's id is recorded it can only be the one that we gave: the spend's.
    const spendId = (await findSpendIdOfJob(db, providerId)) ?? possibleId(providerId);
    await notifyJob(db, spendId);
    return { status: 200, body: { received: true } };
  },
});
