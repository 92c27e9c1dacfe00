import { createHmac, timingSafeEqual } from 'node:crypto';
import { epochMsOf, type Instant } from '../domain/instants';

/**
 * The path under which the job provider may fetch an upload until `expiresAt` (to the second), without a key. The
 * signature covers the id and the expiry, so neither can be changed. Same input, same path.
 */
export function signUploadPath(secret: string, uploadId: string, expiresAt: Instant): string {
  const expires = String(Math.floor(epochMsOf(expiresAt) / 1000));
  const signature = signatureOf(secret, uploadId, expires).toString('base64url');
  return `/v1/uploads/${encodeURIComponent(uploadId)}/file?expires=${expires}&signature=${signature}`;
}

/** Whether the query of a signed path is ours and has not expired at `now`; takes whatever the query held. */
export function verifyUploadSignature(input: {
  readonly secret: string;
  readonly uploadId: string;
  readonly expires: unknown;
  readonly signature: unknown;
  readonly now: Instant;
}): boolean {
  const { expires, signature } = input;
  if (typeof expires !== 'string' || typeof signature !== 'string') return false;
  if (!/^\d{1,12}$/.test(expires) || Number(expires) * 1000 <= epochMsOf(input.now)) return false;
  const given = Buffer.from(signature, 'base64url');
  const expected = signatureOf(input.secret, input.uploadId, expires);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The purpose is part of what is signed, so that a secret used elsewhere too never vouches for this. */
function signatureOf(secret: string, uploadId: string, expires: string): Buffer {
  return createHmac('sha256', secret).update(`scrip-upload\n${uploadId}\n${expires}`).digest();
}
