import { z } from 'zod';
import { audit } from '../../../audit/ledger/audit-ledger';
import { spendWorkflowId } from '../../../domain/keys';
import { askTemporal } from '../../../platform/ask-temporal';
import { isWorkflowRunning } from '../../../platform/temporal';
import { getCustomer } from '../../../store/customers';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';
import { answerId, answerInstant, viewerQuery, workflowUrlSchema } from '../../schemas';
import { linkOffenders } from './offender-links';

const auditSchema = z
  .strictObject({
    ok: z.boolean(),
    checkedAt: answerInstant,
    checks: z.array(
      z.strictObject({
        name: z.string(),
        ok: z.boolean(),
        checked: z.int().meta({ description: 'How many rows were checked.' }),
        offenders: z.array(
          z.strictObject({
            table: z.string(),
            id: z.string(),
            customerId: answerId.nullable(),
            problem: z.string(),
            workflowUrl: workflowUrlSchema,
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Audit' });

export const auditLedger = defineOperation({
  summary: 'Audit the ledger',
  description:
    'Checks every invariant of the ledger, or those of one customer, and names each row that breaks one. Safe to run while credits move.',
  tag: 'Operators',
  access: 'operator',
  belongsTo: nobody,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'What was checked and what was found.', schema: auditSchema } },
  async find({ query: { customerId } }, { db }) {
    return customerId === undefined ? undefined : (await getCustomer(db, customerId)).id;
  },
  async handle(_call, { db, clock, temporal, temporalUi }, customerId) {
    const checkedAt = await clock.now();
    const hasLiveWorkflow = (spendId: string) =>
      askTemporal(temporal, () => isWorkflowRunning(temporal, spendWorkflowId(spendId)));
    const result = await audit(db, { customerId, checkedAt, hasLiveWorkflow });
    return { status: 200, body: await linkOffenders(db, temporalUi, result) };
  },
});
