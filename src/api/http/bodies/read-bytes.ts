import type { Request } from 'express';
import { DomainError } from '../../../domain/errors';

/** A body that has not arrived after this time is given up: an idle connection must not cost us memory. */
const BODY_MS_MAX = 10_000;

/**
 * Reads a body of at most `bytesMax` bytes, whatever its Content-Length says. Throws `body_too_large` as soon as it is
 * known, and `invalid_request` when it does not arrive in time or breaks off.
 */
export function readBytes(req: Request, bytesMax: number): Promise<Buffer> {
  const announced = Number(req.headers['content-length'] ?? 0);
  if (announced > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      req.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      settle();
    };
    const timer = setTimeout(() => {
      finish(() => {
        reject(new DomainError('invalid_request', 'The body did not arrive in time.'));
      });
    }, BODY_MS_MAX);
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > bytesMax)
        finish(() => {
          reject(tooLarge(bytesMax));
        });
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      finish(() => {
        resolve(Buffer.concat(chunks));
      });
    };
    const onBroken = (): void => {
      finish(() => {
        reject(new DomainError('invalid_request', 'The body ended before all of it was received.'));
      });
    };
    req.on('data', onData).once('end', onEnd).once('error', onBroken).once('close', onBroken);
  });
}

export function tooLarge(bytesMax: number): DomainError {
  return new DomainError('body_too_large', `The body may be at most ${String(bytesMax)} bytes.`, {
    bytesMax,
  });
}
