import { isGrpcServiceError, ServiceError, type Client } from '@temporalio/client';

/** A healthy server answers in milliseconds; without a deadline the client would try for minutes while somebody waits. */
const MESSAGE_MS_MAX = 5_000;

/** Does one short thing at Temporal and gives up after a while, which is answered as `unavailable`. */
export function askTemporal<Answer>(
  temporal: Client,
  ask: () => Promise<Answer>,
  waitMs: number = MESSAGE_MS_MAX,
): Promise<Answer> {
  // Deadlines are wall time, whatever clock decides.
  return temporal.withDeadline(performance.timeOrigin + performance.now() + waitMs, ask);
}

/** gRPC's CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE: the server is away, too slow or too busy. */
export function isUnreachableTemporal(thrown: unknown): boolean {
  const cause = thrown instanceof ServiceError ? thrown.cause : thrown;
  return isGrpcServiceError(cause) && [1, 4, 8, 14].includes(cause.code);
}
