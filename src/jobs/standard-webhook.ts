import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { DomainError } from '../domain/errors';
import { epochMsOf, type Instant } from '../domain/instants';

/** How far the time of a signature may lie from ours, either way (the specification's recommendation). */
const TOLERANCE_SECONDS = 300;

/** The secrets of a comma-separated list: while one is rotated, whatever any of them signed is accepted. */
export function parseWebhookSecrets(list: string): readonly Webhook[] {
  const secrets = list.split(',').map((secret) => secret.trim());
  return secrets.map((secret) => {
    if (!/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)) {
      throw new Error('A webhook secret is "whsec_" and the key in base64.');
    }
    return new Webhook(secret);
  });
}

/**
 * Verifies a Standard Webhook on its raw body at the given instant and answers its id, which stays the same over
 * retries. The library's own `verify` reads the wall clock; signatures here are made and checked on one clock, so only
 * its `sign` is used. Throws `DomainError('invalid_request')` when a header is missing, the time is more than five
 * minutes off or no secret made the signature.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function verifyStandardWebhook(input: {
  readonly secrets: readonly Webhook[];
  readonly rawBody: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly now: Instant;
}): string {
  const webhookId = input.headers['webhook-id'];
  const timestamp = input.headers['webhook-timestamp'];
  const signatures = input.headers['webhook-signature'];
  if (!webhookId || !timestamp || !signatures) throw refused('A webhook header is missing.');
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('The webhook has no readable time.');

  const seconds = Number(timestamp);
  if (Math.abs(epochMsOf(input.now) / 1000 - seconds) > TOLERANCE_SECONDS) {
    throw refused('The webhook was signed more than five minutes away from now.');
  }
  // The library signs text; bytes that are not UTF-8 would be signed as something else than what was sent.
  const body = input.rawBody.toString('utf8');
  if (!Buffer.from(body, 'utf8').equals(input.rawBody)) throw refused('The webhook is not UTF-8.');

  const expected = input.secrets.map((secret) => secret.sign(webhookId, new Date(seconds * 1000), body));
  const fits = signatures.split(' ').some((given) => expected.some((signature) => isSame(signature, given)));
  if (!fits) throw refused('No secret made this signature.');
  return webhookId;
}

function isSame(a: string, b: string): boolean {
  const [bytesA, bytesB] = [Buffer.from(a), Buffer.from(b)];
  return bytesA.length === bytesB.length && timingSafeEqual(bytesA, bytesB);
}

function refused(message: string): DomainError {
  return new DomainError('invalid_request', message);
}
