import { CancellationScope } from '@temporalio/workflow';
import type { Instant } from '../domain/instants';
import { now } from './now';

/** A request to cancel the workflow itself ("Request cancellation" in the Web UI), which the workflow does not follow. */
export interface CancelRequest {
  readonly at: Instant;
}

/** Calls `show` once a cancellation is requested. Only the workflow's root scope hears of it, so call this there. */
export function hearCancelRequest(show: (request: CancelRequest) => void): void {
  CancellationScope.current().cancelRequested.catch(() => show({ at: now() }));
}

/** The line on the card; none while there is no request. `instead` says what to send instead. */
export function linesOfCancelRequest(request: CancelRequest | null, instead: string): readonly string[] {
  if (request === null) return [];
  return [`**Not followed**: a cancellation of this workflow was requested at ${request.at}. ${instead}`];
}
