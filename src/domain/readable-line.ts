/** Control characters (NUL among them) and halves of surrogate pairs, which neither Postgres nor people can read. */
const UNREADABLE = /[\p{Cc}\p{Surrogate}]/u;

/** Whether a text can be read on one line: by people, and by Postgres. */
export function isReadableLine(text: string): boolean {
  return !UNREADABLE.test(text);
}
