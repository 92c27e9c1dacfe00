import { z } from 'zod';
import { credits as creditsOf } from '../../../domain/credits';
import { DomainError } from '../../../domain/errors';
import { holdKey } from '../../../domain/keys';
import type { HoldCommand, LedgerResult } from '../../../ledger/commands';
import { findRecordedCommand } from '../../../ledger/find-recorded-command';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import {
  assertOpen,
  beingErased,
  getCustomer,
  isErasureViolation,
  type Customer,
} from '../../../store/customers';
import { loadSpendTerms } from '../../../store/spend-facts';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { keyReused } from '../../http/idempotency-key';
import { CREDITS_PER_REQUEST_MAX, idSchema, instantSchema, textSchema } from '../../schemas';
import { insufficientCredits } from '../spends/insufficient-credits';
import { holdSchema, holdView } from './hold-view';

const body = z.strictObject({
  customerId: idSchema,
  credits: z.int().min(1).max(CREDITS_PER_REQUEST_MAX),
  reference: textSchema(200).meta({ description: 'Your own reference for the work; it need not be unique.' }),
  expiresAt: instantSchema
    .optional()
    .meta({ description: 'An instant in the future; the hold cannot be captured from then on.' }),
  capture: z
    .boolean()
    .default(false)
    .meta({ description: 'For work already done: capture in the same transaction.' }),
});

export const createHold = defineOperation({
  summary: 'Place a hold',
  description:
    'Sets credits aside for work that Scrip does not run. Capture the hold when the work is done; void it when it is not. A refusal (402) is recorded under the idempotency key.',
  tag: 'Holds',
  access: 'key',
  belongsTo: customerInBody,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: {
    201: {
      description: 'The credits are held, or captured.',
      schema: holdSchema,
      headers: { Location: 'Where the hold is read.' },
    },
  },
  problems: ['insufficient_credits', 'state_conflict', 'unavailable'],
  async find({ body: request, idempotencyKey }, { db, clock }) {
    const holdId = deriveId('hld', 'external', request.customerId, idempotencyKey);
    const now = await clock.now();
    const isPast = request.expiresAt !== undefined && request.expiresAt <= now;
    // A faithful repeat may come when the instant has passed; a new hold may not.
    if (isPast && (await findRecordedCommand(db, holdKey(holdId))) === undefined) {
      throw new DomainError('invalid_request', 'expiresAt has passed already.', { field: 'expiresAt' });
    }
    return { holdId, now, customer: await getCustomer(db, request.customerId) };
  },
  async handle(call, deps, { holdId, now, customer }) {
    const { customerId, credits, reference, expiresAt, capture } = call.body;
    const command: HoldCommand = {
      op: 'hold',
      key: holdKey(holdId),
      fingerprint: fingerprintOf({ credits, reference, expiresAt, capture }),
      walletId: customerId,
      effectiveAt: now,
      holdId,
      credits: creditsOf(credits),
      action: 'external',
      reference,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      capture,
      reason: reference,
    };
    const { outcome, replayed, reply } = await submit(deps, command, customer);
    if (replayed) call.markReplayed();
    if (outcome === 'idempotency_key_reused') throw keyReused();
    if (outcome === 'insufficient_credits') {
      const terms = await loadSpendTerms(deps.db, { customerId, at: await deps.clock.now() });
      throw insufficientCredits(reply, terms);
    }
    if (outcome !== 'applied') throw new Error(`a hold was answered ${outcome}`);
    if (!replayed) await deps.noticeCredits(customerId, reply.available);
    const first = {
      id: holdId,
      customerId,
      spendId: null,
      reference,
      status: capture ? 'captured' : 'open',
      credits: { held: credits, captured: capture ? credits : 0, released: 0 },
      expiresAt: expiresAt ?? null,
      createdAt: reply.effectiveAt,
    } as const;
    return { status: 201, body: holdView(first), headers: { Location: `/v1/holds/${holdId}` } };
  },
});

/** A known key keeps its answer; nothing new is set aside for who is being erased. */
async function submit(
  { db, ledger }: ApiDeps,
  command: HoldCommand,
  customer: Customer,
): Promise<LedgerResult> {
  if (customer.erasingAt !== null && (await findRecordedCommand(db, command.key)) === undefined)
    assertOpen(customer);
  try {
    return await ledger.submit(command);
  } catch (error) {
    throw isErasureViolation(error) ? beingErased() : error;
  }
}
