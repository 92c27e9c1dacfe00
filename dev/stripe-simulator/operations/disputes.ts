import { z } from 'zod';
import { closeDispute, submitEvidence } from '../billing/disputes';
import { operation, type Operation } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, flag, metadata, page, text } from '../http/params';
import { refOf, refOrNull } from '../work';
import { mergeMetadata } from './metadata';

/** The evidence that the simulator reads, and what people usually send along. */
const evidence = z.strictObject({
  uncategorized_text: z.string().optional(),
  product_description: z.string().optional(),
  customer_name: z.string().optional(),
  customer_email_address: z.string().optional(),
  service_date: z.string().optional(),
  access_activity_log: z.string().optional(),
});

export const disputeOperations: readonly Operation[] = [
  operation(
    'GET',
    '/v1/disputes',
    { ...page, charge: text.optional(), payment_intent: text.optional(), created: created.optional() },
    ({ tables }, params) => {
      const matching = tables
        .list('dispute')
        .filter((one) => params.charge === undefined || refOf(one.charge) === params.charge)
        .filter(
          (one) =>
            params.payment_intent === undefined || refOrNull(one.payment_intent) === params.payment_intent,
        )
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/disputes', matching, params);
    },
  ),
  operation('GET', '/v1/disputes/:id', {}, ({ tables }, _, id) => tables.get('dispute', id)),
  operation(
    'POST',
    '/v1/disputes/:id',
    { evidence: evidence.default({}), submit: flag.default(true), metadata: metadata.optional() },
    (work, params, id) => {
      const dispute = work.tables.get('dispute', id);
      const given = Object.fromEntries(
        Object.entries(params.evidence).filter(([, value]) => value !== undefined),
      );
      return submitEvidence(work, dispute, {
        evidence: given,
        submit: params.submit,
        metadata: mergeMetadata(dispute.metadata, params.metadata),
      });
    },
  ),
  operation('POST', '/v1/disputes/:id/close', {}, (work, _, id) =>
    closeDispute(work, work.tables.get('dispute', id), 'lost'),
  ),
];
