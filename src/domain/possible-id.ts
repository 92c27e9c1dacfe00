/** No id of ours: what takes the place of a text that cannot be one. */
const NO_ID = '-';

/** Any text is a possible id. What cannot be one of ours is looked up as one that nothing has, and answered 404. */
export function possibleId(text: string): string {
  return /^[A-Za-z0-9_-]{1,100}$/.test(text) ? text : NO_ID;
}
