import type { ActionId, ActionInput } from '../catalog/catalog';

/** What a customer asks for, as it was sent. Whether it is well-formed, the action of their catalog version says. */
export interface SpendRequest {
  readonly action: ActionId;
  readonly input: ActionInput;
}

/** What a spend delivered. */
export type SpendResult =
  | { readonly modelId: string }
  | { readonly imageIds: readonly string[] }
  | { readonly licenseId: string }
  | { readonly output: unknown };

export const SPEND_STATUSES = ['reserved', 'running', 'succeeded', 'failed', 'canceled'] as const;
export type SpendStatus = (typeof SPEND_STATUSES)[number];

/** Where each status may go; the first terminal one wins. The CHECK and `app.record` in migrations hold the same table. */
export const SPEND_TRANSITIONS: Readonly<Record<SpendStatus, readonly SpendStatus[]>> = {
  reserved: ['running', 'succeeded', 'failed', 'canceled'],
  running: ['succeeded', 'failed', 'canceled'],
  succeeded: [],
  failed: [],
  canceled: [],
};

/** Whether a spend is settled: no transition leads on from its status. */
export function isTerminal(status: SpendStatus): boolean {
  return SPEND_TRANSITIONS[status].length === 0;
}
