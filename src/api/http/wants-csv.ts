import type { Request } from 'express';

/** Both as clients name it: a charset that is asked for must be offered. */
const CSV = ['text/csv', 'text/csv; charset=utf-8'];

/** Whether the client prefers CSV to JSON; JSON for whoever does not say. */
export function wantsCsv(req: Request): boolean {
  const preferred = req.accepts(['application/json', ...CSV]);
  return preferred !== false && CSV.includes(preferred);
}
