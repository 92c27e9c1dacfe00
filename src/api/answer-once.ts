import type { DomainError } from '../domain/errors';
import { errorOf, type Refusal } from '../domain/refusal';
import { fingerprintOf } from '../platform/fingerprint';
import { claimRequest, findRequest, storeAnswer, type StoredAnswer } from '../store/requests';
import type { ApiDeps } from './deps';
import { keyReused } from './http/idempotency-key';
import type { Call, Reply } from './http/operation';
import { PROBLEMS } from './http/problems';

/** One intent of a customer: what is asked, and the steps to its answer. */
interface Intent {
  readonly customerId: string;
  /** The scope of the key, with the customer. */
  readonly operation: string;
  /** What is asked, without prices: another content under the same key is refused. */
  readonly content: unknown;
  /** Throws what goes before a reused key: unknown things and missing rights (404, 403). */
  readonly authorize?: () => Promise<void>;
  /** Throws the refusals of the moment (402, 409), which are not recorded: a repeat asks again. */
  readonly admit?: () => Promise<void>;
  /**
   * Does it, idempotently by ids derived from the key, and answers; a refusal that it answers is recorded like any other
   * answer. It may run twice: here when its first run died, and in two processes at once. The first recorded answer is
   * the answer. Throws `unavailable` while it is not known.
   */
  readonly work: () => Promise<StoredAnswer>;
}

/**
 * Gives every request of one idempotency key one answer: concurrent repeats wait for the first, later ones read it, and
 * another content is refused. For what workflows do; the ledger keeps the answers to its own commands itself.
 */
export async function answerOnce<Query, Body>(
  call: Call<Query, Body>,
  deps: ApiDeps,
  intent: Intent,
): Promise<Reply> {
  const fingerprint = fingerprintOf(intent.content);
  const { customerId, operation } = intent;
  const flight = [customerId, operation, call.idempotencyKey, fingerprint].join('\n');
  const { first, answer } = deps.inFlight.join(flight, () => answerIntent(call, deps, intent, fingerprint));
  if (!first) call.markReplayed();
  const { status, body } = await answer;
  if (status < 400) return { status, body };
  throw errorOf(body as Refusal);
}

/** A refusal as an answer that is recorded. */
export function refusal({ code, message, details }: DomainError) {
  return { status: PROBLEMS[code].status, body: { code, message, details } };
}

async function answerIntent<Query, Body>(
  call: Call<Query, Body>,
  { db, clock }: ApiDeps,
  intent: Intent,
  fingerprint: string,
): Promise<StoredAnswer> {
  const { customerId, operation } = intent;
  const key = { customerId, operation, idempotencyKey: call.idempotencyKey };
  const known = await findRequest(db, key);
  if (known?.fingerprint === fingerprint && known.answer !== undefined) {
    call.markReplayed();
    return known.answer;
  }
  await intent.authorize?.();
  if (known !== undefined && known.fingerprint !== fingerprint) throw keyReused();
  // Once claimed it was admitted, and its own effects must not refuse it now.
  if (known === undefined) await intent.admit?.();

  const claim = await claimRequest(db, key, fingerprint, await clock.now());
  if (claim.fingerprint !== fingerprint) throw keyReused();
  if (!claim.first) call.markReplayed();
  return claim.answer ?? storeAnswer(db, key, await intent.work());
}
