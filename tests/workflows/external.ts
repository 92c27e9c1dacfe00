import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkReport } from '../../src/domain/spends/external-end';
import type { SpendRequest } from '../../src/domain/spends/spend';
import { findPackageRoot } from '../../src/platform/package-root';
import { deriveId } from '../../src/platform/ids';
import { listSoldItems } from '../../src/store/catalog-prices';
import { publishCatalog } from '../../src/store/publish-catalog';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import { getSpend } from '../../src/store/spends';
import { recordReport } from '../../src/store/work-reports';
import { spendWorkflowId } from '../../src/domain/keys';
import { reportUpdate, type ReportedWork, type SpendInput } from '../../src/workflows/spends/messages';
import type { House } from './house';
import { spendOf } from './spends';

/** Actions of external work, beside those of the default catalog: by the minute, by what was used, the first free, without silence. */
const ACTIONS = `
  transcribe: { price: 2, unit: minute, quantity: input.minutes, runs: external, silence: PT10M, deadline: PT1H, input: &minutes
    { type: object, additionalProperties: false, required: [minutes], properties: { minutes: { type: integer, minimum: 0, maximum: 1000 } } } }
  transcribe_once: { price: 2, unit: minute, quantity: input.minutes, firstFree: 1, runs: external, deadline: PT1H, input: *minutes }
  transcribe_at_leisure: { price: 2, unit: minute, quantity: input.minutes, runs: external, silence: null, deadline: P2D, input: *minutes }
  transcribe_quickly: { price: 2, unit: minute, quantity: input.minutes, runs: external, silence: PT1S, deadline: PT1H, input: *minutes }
`;

/** Publishes a version in which external work is sold, as the newest. */
export async function sellExternalWork(house: House): Promise<void> {
  const text = await readFile(join(findPackageRoot(), 'catalog', 'exactly-2024.yaml'), 'utf8');
  const catalog = parseCatalog(
    text
      .replace('version: exactly-2024', 'version: with-external-work')
      .replace('actions:\n', `actions:${ACTIONS}`),
  );
  const prices = listSoldItems(catalog).map((item, index) => ({
    ...item,
    stripePriceId: `price_external_${index}`,
  }));
  await house.asOwner(async (owner) => publishCatalog(owner, catalog, prices, await house.deps.clock.now()));
}

export function transcribing(minutes: number, action = 'transcribe'): SpendRequest {
  return { action, input: { minutes } };
}

/** A spend of external work, as the API starts it. */
export function externalSpend(customerId: string, key: string, request = transcribing(10)): SpendInput {
  const words = 'Transcribe: 10 minutes';
  return { ...spendOf(customerId, key, request), runs: 'external', words };
}

/** Reports as the API does: records the report, tells the workflow, and goes by what is recorded then. */
export async function report(
  house: House,
  { spendId }: SpendInput,
  said: WorkReport,
  key = 'report',
): Promise<'counted' | 'refused'> {
  const id = reportIdOf(spendId, key);
  const at = await house.deps.clock.now();
  if (!(await recordReport(house.db, { id, spendId, report: said, at }))) return 'refused';
  const handle = house.client.workflow.getHandle(spendWorkflowId(spendId));
  const update = { updateId: id, args: [{ reportId: id, says: said.says }] as [ReportedWork] };
  const answer = await handle.executeUpdate(reportUpdate, update).catch(() => undefined);
  const { endedBy } = await getSpend(house.db, spendId);
  if (answer !== undefined) expect(answer.outcome === 'done').toBe(endedBy === id);
  return endedBy === id ? 'counted' : 'refused';
}

export function reportIdOf(spendId: string, key = 'report'): string {
  return deriveId('rpt', spendId, key);
}
