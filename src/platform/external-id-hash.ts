import { deriveKeyedId, keyedHash } from './ids';

/** The keyed hash that is left of an erased customer's external id: it is recognised when it comes again, and never read. */
export function externalIdHashOf(erasureKey: string, externalId: string): string {
  return keyedHash(erasureKey, 'external id', externalId);
}

/**
 * The id of a new customer: the same for everybody who makes them known at once, another one after each erasure (`erasedBefore`
 * of them), and nothing that somebody without the key could find a person by.
 */
export function customerIdOf(erasureKey: string, externalId: string, erasedBefore: number): string {
  return deriveKeyedId('cus', erasureKey, 'customer', externalId, erasedBefore);
}
