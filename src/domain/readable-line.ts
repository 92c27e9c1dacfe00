/** Control characters, including NUL, and unpaired surrogates, which neither Postgres nor people can read. */
const UNREADABLE = /[\p{Cc}\p{Surrogate}]/u;

/** Whether people can read a text on one line, and Postgres can store it. */
export function isReadableLine(text: string): boolean {
  return !UNREADABLE.test(text);
}
