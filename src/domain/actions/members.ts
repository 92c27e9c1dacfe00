import type { ActionInput } from '../catalog/catalog';
import { possibleId } from '../possible-id';

/*
 * Members of an input as a definition reads them. The input was checked by the rules of its action, but a quote may leave out
 * what the price does not need, and a catalog may have asked for something else.
 */

/** The id that a member names; undefined when there is none. */
export function idOf(input: ActionInput, name: string): string | undefined {
  const id = textOf(input, name);
  return id === undefined ? undefined : possibleId(id);
}

/** The ids that a member lists; empty when it lists none. */
export function idsOf(input: ActionInput, name: string): readonly string[] {
  const ids = memberOf(input, name);
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string').map(possibleId) : [];
}

/** A member that is text; undefined when it is not. */
export function textOf(input: ActionInput, name: string): string | undefined {
  const text = memberOf(input, name);
  return typeof text === 'string' ? text : undefined;
}

/** A member that counts something: a whole number above 0; undefined when it is none. */
export function countOf(input: ActionInput, name: string): number | undefined {
  const count = memberOf(input, name);
  return Number.isSafeInteger(count) && Number(count) > 0 ? Number(count) : undefined;
}

/** An input without some of its members: what a provider is told besides them. */
export function without(input: ActionInput, names: readonly string[]): ActionInput {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)));
}

function memberOf(input: ActionInput, name: string): unknown {
  return Object.hasOwn(input, name) ? input[name] : undefined;
}
