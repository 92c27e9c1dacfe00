import { DomainError } from '../../domain/errors';
import type { Caller } from './caller';

/** Who may call: anybody; a customer by a portal token, or any key for them; any key; a key with the operator scope. */
export type Access = 'public' | 'customer' | 'key' | 'operator';

/** Throws `operator_scope_required` when the operation needs more than the caller has. */
export function assertScope(access: Access, caller: Caller | undefined): void {
  if (access !== 'operator' || (caller?.kind === 'key' && caller.scopes.includes('operator'))) return;
  throw new DomainError('operator_scope_required', 'This operation needs a key with the operator scope.');
}
