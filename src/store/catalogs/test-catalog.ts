import { z } from 'zod';
import type { Catalog } from '../../domain/catalog/catalog';
import { playTable, type Table } from '../../domain/catalog/play-table';
import { DomainError } from '../../domain/errors';
import { parseInstant, type Instant } from '../../domain/instants';
import { sayFault } from '../../platform/say-fault';
import { sayWhere } from './fault';
import { readSource } from './source-lines';

const instant = z.string().transform((text, context): Instant => {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  context.addIssue('must be an instant in ISO 8601 with its offset, like 2026-11-23T10:00:00Z');
  return z.NEVER;
});
const count = z.int().min(0);
const refused = z.string().optional();

const tableFormat = z.strictObject({
  prices: z
    .array(
      z.strictObject({
        plan: z.string(),
        action: z.string(),
        input: z.json(),
        used: count.optional(),
        quote: z.boolean().optional(),
        expect: z.strictObject({
          credits: count.optional(),
          unitCredits: z.number().min(0).optional(),
          quantity: z.number().min(0).optional(),
          unit: z.string().nullish(),
          refused,
        }),
      }),
    )
    .default([]),
  grants: z
    .array(
      z.strictObject({
        plan: z.string(),
        every: z.enum(['once', 'month', 'week', 'day']),
        at: instant,
        left: z.record(z.string(), count).optional(),
        expect: z.array(
          z.strictObject({
            id: z.string(),
            credits: count,
            day: z.string().optional(),
            expiresAt: instant.nullish(),
          }),
        ),
      }),
    )
    .default([]),
  packs: z
    .array(
      z.strictObject({
        plan: z.string(),
        pack: z.string(),
        quantity: z.int().min(1).optional(),
        currency: z.string().optional(),
        expect: z.strictObject({
          credits: count.optional(),
          amountMinor: count.optional(),
          currency: z.string().optional(),
          refused,
        }),
      }),
    )
    .default([]),
});

/** What came of a table: how many rows it has, and each that did not come true with its line. */
export interface TableResult {
  readonly rows: number;
  readonly faults: readonly string[];
}

/**
 * Plays a table of expected prices, grants and packs (`NAME.test.yaml`) on a catalog. Throws `DomainError('invalid_request')` with the
 * lines of all faults when the text is no table.
 */
export function testCatalog(catalog: Catalog, text: string): TableResult {
  const source = readSource(text);
  const parsed = tableFormat.safeParse(source.value, { error: sayFault });
  const inLine = (path: readonly PropertyKey[], message: string) => {
    const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
    return `line ${source.lineOf(steps)}: ${sayWhere({ path: steps, message })}`;
  };
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => inLine(path, message));
    throw new DomainError('invalid_request', `The table is not valid: ${faults.join('; ')}.`, { faults });
  }
  const table: Table = parsed.data;
  return {
    rows: table.prices.length + table.grants.length + table.packs.length,
    faults: playTable(catalog, table).map(({ path, message }) => inLine(path, message)),
  };
}
