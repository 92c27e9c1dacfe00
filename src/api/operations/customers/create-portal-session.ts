import type { Knex } from 'knex';
import { z } from 'zod';
import { plusMs } from '../../../domain/instants';
import { beingErased, getOpenCustomer, isErasureViolation } from '../../../store/customers';
import { createPortalSession as openSession } from '../../../store/portal-sessions';
import { defineOperation } from '../../define-operation';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { answerInstant, idSchema } from '../../schemas';

/** A link is for entering now; the page asks for a new one when it is over. */
const SESSION_MS = 30 * 60_000;

const sessionSchema = z
  .strictObject({
    url: z.string().meta({ description: 'Send the customer to this address. The token follows the `#`.' }),
    expiresAt: answerInstant,
  })
  .meta({ id: 'PortalSession' });

export const createPortalSession = defineOperation({
  summary: 'Create a portal session',
  description:
    'A short-lived link to the pages for one customer. Its token works as a Bearer key that is bound to the customer: `customerId` is ignored and nobody else can be seen.',
  tag: 'Customers',
  access: 'key',
  belongsTo: customerInBody,
  body: jsonBody(z.strictObject({ customerId: idSchema })),
  answers: { 201: { description: 'A short-lived link.', schema: sessionSchema } },
  problems: ['state_conflict'],
  find: ({ body: { customerId } }, { db }) => getOpenCustomer(db, customerId),
  async handle(_call, { db, clock, publicUrl }, { id: customerId }) {
    const createdAt = await clock.now();
    const expiresAt = plusMs(createdAt, SESSION_MS);
    const token = await openUnlessErased(db, { customerId, createdAt, expiresAt });
    return {
      status: 201,
      body: { url: `${publicUrl}/account#customer=${customerId}&token=${token}`, expiresAt },
    };
  },
});

async function openUnlessErased(db: Knex, session: Parameters<typeof openSession>[1]): Promise<string> {
  try {
    return await openSession(db, session);
  } catch (error) {
    throw isErasureViolation(error) ? beingErased() : error;
  }
}
