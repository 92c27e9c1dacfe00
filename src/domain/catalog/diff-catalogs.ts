import type { Catalog } from './catalog';

/**
 * How two versions differ, for people: `- path: before` and `+ path: after`, in the order of the newer one. Grants go by their ids, a list
 * is one value, and what is as it was left out says nothing.
 */
export function diffCatalogs(
  before: Pick<Catalog, 'document'>,
  after: Pick<Catalog, 'document'>,
): readonly string[] {
  const [old, fresh] = [leavesOf(before.document), leavesOf(after.document)];
  const paths = [...new Set([...fresh.keys(), ...old.keys()])];
  return paths.flatMap((path) => {
    const [was, is] = [old.get(path), fresh.get(path)];
    if (was === is || (path.startsWith('order.') && isSameOrder(was, is))) return [];
    return [
      ...(was === undefined ? [] : [`- ${path}: ${was}`]),
      ...(is === undefined ? [] : [`+ ${path}: ${is}`]),
    ];
  });
}

/** What is new or gone is said by itself: an order differs where what both have is rearranged. */
function isSameOrder(was = '[]', is = '[]'): boolean {
  const [old, fresh] = [JSON.parse(was) as unknown[], JSON.parse(is) as unknown[]];
  const [kept, found] = [old.filter((id) => fresh.includes(id)), fresh.filter((id) => old.includes(id))];
  return kept.every((id, at) => id === found[at]);
}

/** What stands at each path, as text. Nothing is said of what is left out or empty. */
function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (value === null) return new Map();
  if (Array.isArray(value) && !value.every(isNamed)) return new Map([[path, JSON.stringify(value)]]);
  if (typeof value !== 'object') return new Map([[path, JSON.stringify(value)]]);
  const members = Array.isArray(value)
    ? value.filter(isNamed).map(({ id, ...rest }): [string, unknown] => [id, rest])
    : Object.entries(value);
  return new Map(
    members.flatMap(([key, member]) => [...leavesOf(member, path === '' ? key : `${path}.${key}`)]),
  );
}

function isNamed(item: unknown): item is { readonly id: string } {
  return typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string';
}
