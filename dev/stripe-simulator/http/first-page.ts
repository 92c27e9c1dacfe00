/** How much of a list stands inside an object; its `url` has the rest. */
const SHOWN = 10;

/** An object as Stripe shows it: of every list inside it the first ten, with `has_more` where that is not all. */
export function withFirstPages<T>(object: T): T {
  return shorten(object) as T;
}

/** An answer as Stripe shows it: a list that was asked for is whole, and the lists in its members are not. */
export function answerWithFirstPages(answer: object): object {
  if (!isList(answer)) return withFirstPages(answer);
  return { ...answer, data: answer.data.map(shorten) };
}

function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shorten);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, member]) => [name, shorten(member)] as const);
  const shown: object = Object.fromEntries(members);
  if (!isList(shown) || shown.data.length <= SHOWN) return shown;
  return { ...shown, data: shown.data.slice(0, SHOWN), has_more: true };
}

function isList(value: object): value is { readonly data: readonly unknown[] } {
  return 'object' in value && value.object === 'list' && 'data' in value && Array.isArray(value.data);
}
