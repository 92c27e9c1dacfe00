import type { Request } from 'express';

/** Whether the client prefers CSV to JSON; JSON for whoever does not say. */
export function wantsCsv(req: Request): boolean {
  return req.accepts(['application/json', 'text/csv']) === 'text/csv';
}
