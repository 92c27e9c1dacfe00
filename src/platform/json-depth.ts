/**
 * Whether a JSON value has lists and objects within one another more than `max` times. Goes level by level and not by recursion, so
 * that it can be asked of a value that is nested too deep for everything else.
 */
export function isNestedDeeper(value: unknown, max: number): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; depth < max && level.length > 0; depth += 1) {
    level = level.flatMap((one) => Object.values(one).filter(isNested));
  }
  return level.length > 0;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
