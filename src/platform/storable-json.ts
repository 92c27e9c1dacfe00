/** What JSON may carry and Postgres keeps in no text: the NUL character, and halves of surrogate pairs. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/**
 * Somebody else's JSON as Postgres can keep it: each character that it cannot stands as U+FFFD, in names too. What
 * came from outside is kept as well as it can be; refusing it would only make its sender, or our own retries, repeat it.
 */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(UNSTORABLE, '\ufffd');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(storableJson);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replaceAll(UNSTORABLE, '\ufffd'),
      storableJson(member),
    ]),
  );
}
