/*
 * What no input may exceed, whatever its schema allows: the cost of checking and pricing it is bounded by these.
 */

const DEPTH_MAX = 16;
const ITEMS_MAX = 1_000;
const MEMBERS_MAX = 200;
const VALUES_MAX = 20_000;
const TEXT_LENGTH_MAX = 100_000;

/** The first bound that an input breaks, or nothing. */
export function faultsOfBounds(input: unknown): readonly string[] {
  let values = 0;
  const faultOf = (value: unknown, path: string, depth: number): string | undefined => {
    values += 1;
    if (values > VALUES_MAX) return `input must have at most ${VALUES_MAX} values`;
    if (typeof value === 'string')
      return value.length > TEXT_LENGTH_MAX
        ? `${path} must have at most ${TEXT_LENGTH_MAX} characters`
        : undefined;
    if (typeof value !== 'object' || value === null) return undefined;
    if (depth > DEPTH_MAX) return `${path} must not be nested more than ${DEPTH_MAX} times`;
    const members = Object.entries(value);
    const max = Array.isArray(value) ? ITEMS_MAX : MEMBERS_MAX;
    if (members.length > max)
      return `${path} must have at most ${max} ${Array.isArray(value) ? 'items' : 'members'}`;
    for (const [name, member] of members) {
      const fault = faultOf(member, `${path}.${name}`, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  const fault = faultOf(input, 'input', 1);
  return fault === undefined ? [] : [fault];
}
