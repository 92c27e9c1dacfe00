import type { Knex } from 'knex';

type Binding = string | number | boolean | null | readonly string[] | readonly number[];

/** Runs one statement with `:named` bindings and answers its rows. The caller declares the columns of the rows. */
export async function query<Row>(
  db: Knex,
  sql: string,
  bindings: Readonly<Record<string, Binding>>,
): Promise<readonly Row[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(sql, bindings);
  return rows;
}
