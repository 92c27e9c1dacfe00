import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { notifyJob } from '../../../store/job-notices';
import { findJob, recordHeardJob } from '../../../store/jobs';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';
import { readBytes } from '../../http/bodies/read-bytes';
import type { BodyFormat } from '../../http/operation';

/** A provider without storage puts the pictures themselves into the report, as `data:` URLs. */
const REPORT_BYTES_MAX = 64 * 1024 * 1024;

/** Read only after the token in the path has been verified: the body may be long, and anybody can send one. */
const reportBody: BodyFormat<() => Promise<Buffer>> = {
  contentType: 'application/json',
  schema: z.looseObject({}),
  required: true,
  read: (req) => Promise.resolve(() => readBytes(req, REPORT_BYTES_MAX)),
};

export const receiveJobReport = defineOperation({
  summary: 'Receive a report on one job',
  description:
    'For job providers that do not sign their webhooks, or that give jobs their own ids: the token in the path, which only the provider was told, identifies the job.',
  tag: 'Webhooks',
  access: 'public',
  belongsTo: nobody,
  body: reportBody,
  answers: { 200: { description: 'Received.', schema: z.strictObject({ received: z.literal(true) }) } },
  problems: ['not_found', 'unavailable'],
  async handle({ body, req }, { db, jobs, clock }) {
    const spendId = jobs.spendIdOfToken(String(req.params['token']));
    const record = spendId === undefined ? undefined : await findJob(db, spendId);
    if (record === undefined) throw new DomainError('not_found', 'There is no job with this token.');
    const report = jobs.parseWebhook(
      await body(),
      {
        'webhook-id': req.header('webhook-id'),
        'webhook-timestamp': req.header('webhook-timestamp'),
        'webhook-signature': req.header('webhook-signature'),
      },
      record,
    );
    const { providerId, job } = report;
    await recordHeardJob(db, record.spendId, { providerId, heard: job }, await clock.now());
    await notifyJob(db, record.spendId);
    return { status: 200, body: { received: true } };
  },
});
