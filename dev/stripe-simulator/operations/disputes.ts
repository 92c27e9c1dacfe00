import { z } from 'zod';
import { concede, submitEvidence } from '../billing/disputes';
import { operation, type Operation } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, flag, metadata, page, text } from '../http/params';
import { NO_EVIDENCE } from '../objects/dispute';
import { refOf, refOrNull } from '../work';
import { mergeMetadata } from '../metadata';

/** All that is text in the evidence; the simulator reads `uncategorized_text`. */
const evidence = z.partialRecord(
  z.enum(Object.keys(NO_EVIDENCE).filter((name) => name !== 'enhanced_evidence')),
  z.string(),
);

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
      return submitEvidence(work, dispute, {
        evidence: params.evidence,
        submit: params.submit,
        metadata: mergeMetadata(dispute.metadata, params.metadata),
      });
    },
  ),
  operation('POST', '/v1/disputes/:id/close', {}, (work, _, id) =>
    concede(work, work.tables.get('dispute', id)),
  ),
];
