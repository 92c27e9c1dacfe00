import type { Knex } from 'knex';
import type { Interval, PlanId } from '../domain/catalog/catalog';
import { credits } from '../domain/credits';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import type { Contract } from '../domain/subscriptions/contract';
import type { SubscriptionStatus } from './subscriptions';

/** A contract with whose customer it is, and what became of it. */
export interface RecordedContract extends Contract {
  readonly customerId: string;
  /** Null in one from before plans had to be named: the plan of its catalog that is sold by contract. */
  readonly plan: PlanId | null;
  readonly reference: string;
  readonly createdAt: Instant;
  /** The subscription that it was sold by, and its status; null while there is none. */
  readonly subscriptionId: string | null;
  readonly subscriptionStatus: SubscriptionStatus | null;
}

/** A contract as it is recorded, whatever became of it. */
type NewContract = Omit<RecordedContract, 'subscriptionId' | 'subscriptionStatus'>;

interface ContractRow {
  id: string;
  customer_id: string;
  plan: PlanId | null;
  reference: string;
  credits: number;
  amount_minor: number;
  currency: string;
  interval: Interval;
  term_months: number;
  created_at: Instant;
}

/** With the subscription that bills it. */
interface SoldContractRow extends ContractRow {
  subscription_id: string | null;
  subscription_status: SubscriptionStatus | null;
}

export function contractOf(row: SoldContractRow): RecordedContract {
  return {
    contractId: row.id,
    customerId: row.customer_id,
    plan: row.plan,
    reference: row.reference,
    credits: credits(row.credits),
    price: { amountMinor: row.amount_minor, currency: row.currency },
    interval: row.interval,
    termMonths: row.term_months,
    createdAt: row.created_at,
    subscriptionId: row.subscription_id,
    subscriptionStatus: row.subscription_status,
  };
}

export function contractRowOf(contract: NewContract): ContractRow {
  return {
    id: contract.contractId,
    customer_id: contract.customerId,
    plan: contract.plan,
    reference: contract.reference,
    credits: contract.credits,
    amount_minor: contract.price.amountMinor,
    currency: contract.price.currency,
    interval: contract.interval,
    term_months: contract.termMonths,
    created_at: contract.createdAt,
  };
}

/** Records a contract. Idempotent by its id. */
export async function insertContract(db: Knex, contract: NewContract): Promise<void> {
  await db('app.contracts').insert(contractRowOf(contract)).onConflict('id').ignore();
}

/** The contract of an id, as its customer's. Throws `not_found`, for somebody else's too. */
export async function getContract(db: Knex, id: string, customerId: string): Promise<RecordedContract> {
  const contract = await findContract(db, id, customerId);
  if (contract === undefined) throw new DomainError('not_found', `No contract ${id}.`);
  return contract;
}

/** The contract of an id, as its customer's; undefined when there is none, for somebody else's too. */
export async function findContract(
  db: Knex,
  id: string,
  customerId: string,
): Promise<RecordedContract | undefined> {
  const { rows } = await db.raw<{ rows: SoldContractRow[] }>(
    `SELECT c.*, s.id AS subscription_id, s.status AS subscription_status
     FROM app.contracts c LEFT JOIN LATERAL (
       SELECT id, status FROM app.subscriptions WHERE contract_id = c.id
       ORDER BY status = 'canceled', created_at DESC LIMIT 1
     ) s ON true
     WHERE c.id = :id AND c.customer_id = :customerId`,
    { id, customerId },
  );
  const row = rows[0];
  return row === undefined ? undefined : contractOf(row);
}

/**
 * Claims the contract for the subscription that it is opened as. Answers false when it is another one's, unless that one
 * was canceled: however many ask at once and under whatever keys, one bills it. Idempotent by the subscription's id.
 */
export async function claimContract(db: Knex, contractId: string, subscriptionId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: readonly unknown[] }>(
    `INSERT INTO app.contract_openings AS o (contract_id, subscription_id) VALUES (:contractId, :subscriptionId)
     ON CONFLICT (contract_id) DO UPDATE SET subscription_id = EXCLUDED.subscription_id
     WHERE o.subscription_id = EXCLUDED.subscription_id
       OR EXISTS (SELECT FROM app.subscriptions s WHERE s.id = o.subscription_id AND s.status = 'canceled')
     RETURNING 1`,
    { contractId, subscriptionId },
  );
  return rows.length > 0;
}

/** Gives back the claim of a subscription that could not be opened. Idempotent. */
export async function releaseContract(db: Knex, contractId: string, subscriptionId: string): Promise<void> {
  await db('app.contract_openings')
    .where({ contract_id: contractId, subscription_id: subscriptionId })
    .delete();
}
