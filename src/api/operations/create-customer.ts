import { z } from 'zod';
import type { Catalog } from '../../domain/catalog';
import type { Instant } from '../../domain/instants';
import type { GrantCommand } from '../../ledger/commands';
import { isUniqueViolation } from '../../platform/database';
import { fingerprintOf } from '../../platform/fingerprint';
import { deriveId } from '../../platform/ids';
import { getCurrentCatalog } from '../../store/catalogs';
import { getCustomer, findCustomer } from '../../store/customers';
import { newcomerRecord, writeRecords } from '../../store/records';
import { jsonBody } from '../bodies/json-body';
import { loadCustomerPlan } from '../customer-plan';
import type { ApiDeps } from '../deps';
import { defineOperation } from '../operation';
import { textSchema } from '../schemas';
import { customerSchema, customerView } from '../views/customer-view';

const body = z.strictObject({
  externalId: textSchema(200).meta({ description: 'Your own id of the customer.' }),
  email: textSchema(320)
    .regex(/^[^\s@]+@[^\s@]+$/, 'must be an email address')
    .optional(),
  name: textSchema(200).optional(),
});

type NewCustomer = z.output<typeof body>;

/** Keyed by `externalId`: whoever is known already is answered with 200 and gets nothing a second time. */
export const createCustomer = defineOperation({
  summary: 'Make a customer known',
  description:
    'Grants the credits of the Free plan, once per customer, ever. The external id is the idempotency key.',
  tag: 'Customers',
  access: 'key',
  body: jsonBody(body),
  answers: {
    201: { description: 'The new customer.', schema: customerSchema },
    200: { description: 'The customer was known.', schema: customerSchema },
  },
  problems: ['unavailable'],
  async handle({ body: request }, deps) {
    const { db } = deps;
    const id = deriveId('cus', request.externalId);
    const isNew = (await findCustomer(db, id)) === undefined && (await welcome(deps, id, request));
    const [customer, { plan }] = await Promise.all([getCustomer(db, id), loadCustomerPlan(deps, id)]);
    return { status: isNew ? 201 : 200, body: customerView(customer, plan) };
  },
});

/**
 * Records a customer with the grant of a newcomer, in one transaction. Answers false, and grants nothing, when somebody
 * else has meanwhile: another request, or an import, which brings credits of its own.
 */
async function welcome({ db, ledger, clock }: ApiDeps, id: string, request: NewCustomer): Promise<boolean> {
  const catalog = await getCurrentCatalog(db);
  const createdAt = await clock.now();
  const row = rowOf(id, request, createdAt);
  const records = [newcomerRecord(row)];
  try {
    if (catalog.plans.free.credits > 0)
      return !(await ledger.submit({ ...signupGrant(id, catalog, createdAt), records })).replayed;
    await writeRecords(db, records);
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

function rowOf(id: string, { externalId, email, name }: NewCustomer, createdAt: Instant) {
  return {
    id,
    external_id: externalId,
    email: email ?? null,
    name: name ?? null,
    created_at: createdAt,
  };
}

function signupGrant(customerId: string, catalog: Catalog, effectiveAt: Instant): GrantCommand {
  const key = `signup:${customerId}`;
  return {
    op: 'grant',
    key,
    fingerprint: fingerprintOf({ signup: customerId }),
    walletId: customerId,
    effectiveAt,
    grantId: deriveId('grt', key),
    source: 'signup',
    credits: catalog.plans.free.credits,
    cost: null,
    expiresAt: null,
    reason: 'Welcome credits',
  };
}
