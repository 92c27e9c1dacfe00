import { CancellationScope } from '@temporalio/workflow';
import type { Instant } from '../domain/instants';
import { now } from './now';

/** That somebody has asked Temporal to cancel the workflow, by "Request cancellation" in the Web UI, which is not followed. */
export interface CancelRequest {
  readonly at: Instant;
}

/** Calls `show` once a cancel is requested. To be called in the workflow's own scope, which alone hears of it. */
export function hearCancelRequest(show: (request: CancelRequest) => void): void {
  CancellationScope.current().cancelRequested.catch(() => show({ at: now() }));
}

/** The line on the card; none while nobody has asked. */
export function linesOfCancelRequest(request: CancelRequest | null, instead: string): readonly string[] {
  if (request === null) return [];
  return [`**Not followed**: a cancellation of this workflow was requested at ${request.at}. ${instead}`];
}
