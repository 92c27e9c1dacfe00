import { z } from 'zod';
import type { Catalog, Grant } from '../../../domain/catalog/catalog';
import { expiryOf } from '../../../domain/catalog/grants';
import { defaultPlanOf } from '../../../domain/catalog/plans';
import { DomainError } from '../../../domain/errors';
import type { Instant } from '../../../domain/instants';
import { onceKey, signupKey } from '../../../domain/keys';
import type { Allowance, GrantCommand } from '../../../ledger/commands';
import { isUniqueViolation } from '../../../platform/database';
import { customerIdOf, externalIdHashOf } from '../../../platform/external-id-hash';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import { getCurrentCatalog } from '../../../store/catalogs';
import {
  countErased,
  findCustomerByExternalId,
  newcomerRecord,
  type Customer,
} from '../../../store/customers';
import { writeRecords } from '../../../store/write-records';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { nobody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { textSchema } from '../../schemas';
import { customerSchema } from './customer-view';
import { showCustomer } from './show-customer';

/** As the check, and without control characters. */
const EMAIL_PATTERN = '^[^\\s@\\u0000-\\u001f\\u007f-\\u009f]+@[^\\s@\\u0000-\\u001f\\u007f-\\u009f]+$';

const body = z.strictObject({
  externalId: textSchema(200).meta({ description: 'Your own id for the customer.' }),
  email: textSchema(320)
    .regex(/^[^\s@]+@[^\s@]+$/, 'must be an email address')
    .meta({ pattern: EMAIL_PATTERN })
    .optional(),
  name: textSchema(200).optional(),
});

type NewCustomer = z.output<typeof body>;

/** Keyed by `externalId`: a customer who exists is answered with 200 and is granted nothing again. */
export const createCustomer = defineOperation({
  summary: 'Create a customer',
  description:
    'Grants the credits of the default plan, once per external id, for ever: a customer who was erased and comes back is a new one and does not get them again. The external id is the idempotency key.',
  tag: 'Customers',
  access: 'key',
  belongsTo: nobody,
  body: jsonBody(body),
  answers: {
    201: { description: 'The new customer.', schema: customerSchema },
    200: { description: 'The customer existed already.', schema: customerSchema },
  },
  problems: ['unavailable'],
  async handle({ body: request }, deps) {
    const { customer, isNew } = await arrive(deps, request);
    return { status: isNew ? 201 : 200, body: await showCustomer(deps, customer) };
  },
});

/** Each attempt fails only when another request creates or erases the same customer at the same moment. */
const ATTEMPTS_MAX = 5;

/** The customer of the external id, whoever makes them known. One who was erased comes back as somebody new. */
async function arrive(
  deps: ApiDeps,
  request: NewCustomer,
): Promise<{ readonly customer: Customer; readonly isNew: boolean }> {
  const { db, erasureKey } = deps;
  const { externalId } = request;
  let isNew = false;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const customer = await findCustomerByExternalId(db, externalId);
    if (customer !== undefined) return { customer, isNew };
    const erasedBefore = await countErased(db, externalIdHashOf(erasureKey, externalId));
    const id = customerIdOf(erasureKey, externalId, erasedBefore);
    isNew = await welcome(deps, { id, request, isFirst: erasedBefore === 0 });
  }
  throw new DomainError(
    'unavailable',
    'The customer is being created and erased at the same time. Repeat the same request.',
  );
}

/**
 * Records a customer, with the grant of a newcomer when it is the first time, in one transaction. Answers false, and grants
 * nothing, when somebody else has meanwhile: another request, or an import, which brings credits of its own. Who makes the same
 * customer known at once does so under one id, and so under one key of the grant.
 */
async function welcome(
  { db, ledger, clock }: ApiDeps,
  { id, request, isFirst }: { readonly id: string; readonly request: NewCustomer; readonly isFirst: boolean },
): Promise<boolean> {
  const catalog = await getCurrentCatalog(db);
  const createdAt = await clock.now();
  const { externalId, email = null, name = null } = request;
  const records = [newcomerRecord({ id, externalId, email, name, createdAt })];
  try {
    const welcomeGrant = isFirst ? signupGrant(id, catalog, createdAt) : undefined;
    if (welcomeGrant !== undefined) return !(await ledger.submit({ ...welcomeGrant, records })).replayed;
    await writeRecords(db, records);
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

const WELCOME = 'Welcome credits';

/** What the default plan grants once; undefined when that is nothing. Of several, the others come with the first. */
function signupGrant(customerId: string, catalog: Catalog, effectiveAt: Instant): GrantCommand | undefined {
  const once = defaultPlanOf(catalog).grants.filter(({ every, credits }) => every === 'once' && credits > 0);
  const [first, ...others] = once;
  if (first === undefined) return undefined;
  const key = signupKey(customerId);
  return {
    op: 'grant',
    key,
    fingerprint: fingerprintOf({ signup: customerId }),
    walletId: customerId,
    effectiveAt,
    grantId: deriveId('grt', key),
    source: 'signup',
    credits: first.credits,
    cost: null,
    expiresAt: expiryOf(first, effectiveAt),
    reason: WELCOME,
    ...(others.length === 0
      ? {}
      : { allowances: others.map((grant) => onceGrant(customerId, grant, effectiveAt)) }),
  };
}

function onceGrant(customerId: string, grant: Grant, effectiveAt: Instant): Allowance {
  const key = onceKey(customerId, grant.id);
  const { id: allowance, credits } = grant;
  return {
    key,
    grantId: deriveId('grt', key),
    allowance,
    credits,
    upTo: null,
    expiresAt: expiryOf(grant, effectiveAt),
    reason: WELCOME,
  };
}
