import { checkImport, type ImportLine } from '../domain/subscriptions/import-line';
import { checkArrival, type Arrival, type ArrivalDeps } from './arrival';
import { inBatches } from './in-batches';
import { readSubscribers, type BadLine } from './read-subscribers';

export interface CheckedSubscribers {
  readonly arrivals: readonly Arrival[];
  /** In the order of the lines, with every fault of each. */
  readonly bad: readonly BadLine[];
}

/** Checks every line of the file: its shape, its content, and what Scrip and Stripe know of it. Changes nothing. */
export async function checkSubscribers(deps: ArrivalDeps, file: Buffer): Promise<CheckedSubscribers> {
  const { lines, bad } = readSubscribers(file);
  const checked = checkImport(
    lines.map(({ cells }) => cells),
    deps,
  );
  const good: { line: number; subscriber: ImportLine }[] = [];
  const faulty: BadLine[] = [...bad];
  for (const [index, one] of checked.entries()) {
    const line = lines[index]?.line ?? 0;
    if (one.outcome === 'good') good.push({ line, subscriber: one.line });
    else faulty.push({ line, faults: one.faults });
  }
  const arrived = await inBatches(good, ({ subscriber }) => checkArrival(deps, subscriber));
  const arrivals: Arrival[] = [];
  for (const [index, one] of arrived.entries()) {
    if (one.outcome === 'good') arrivals.push(one.arrival);
    else faulty.push({ line: good[index]?.line ?? 0, faults: one.faults });
  }
  return { arrivals, bad: faulty.sort((a, b) => a.line - b.line) };
}
