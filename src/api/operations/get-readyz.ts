import { z } from 'zod';
import { DomainError } from '../../domain/errors';
import { askTemporal } from '../../platform/ask-temporal';
import { isMigrated } from '../../platform/migrate';
import { getCurrentCatalog } from '../../store/catalogs';
import type { ApiDeps } from '../deps';
import { defineOperation } from '../operation';
import { within } from '../within';

/** Load balancers ask every few seconds: an answer that takes longer is a no. */
const CHECK_MS_MAX = 3_000;

export const getReadyz = defineOperation({
  summary: 'Check readiness',
  description: 'Checks that the database is migrated, a catalog is published and Temporal answers.',
  tag: 'System',
  access: 'public',
  answers: { 200: { description: 'Ready.', schema: z.strictObject({ status: z.literal('ready') }) } },
  problems: ['unavailable'],
  async handle(_call, deps) {
    const missing = (
      await Promise.all([
        check('database', isReadyDatabase(deps)),
        check('catalog', getCurrentCatalog(deps.db)),
        check('temporal', isReadyTemporal(deps)),
      ])
    ).flat();
    if (missing.length > 0) {
      throw new DomainError('unavailable', `Not ready: ${missing.join(', ')}.`, { missing });
    }
    return { status: 200, body: { status: 'ready' } };
  },
});

async function isReadyDatabase({ db }: ApiDeps): Promise<void> {
  if (!(await isMigrated(db))) throw new Error('migrations are missing');
}

async function isReadyTemporal({ temporal }: ApiDeps): Promise<void> {
  const { connection, options } = temporal;
  const { namespace } = options;
  await askTemporal(
    temporal,
    () => connection.workflowService.describeNamespace({ namespace }),
    CHECK_MS_MAX,
  );
}

/** The name of what is not ready, or nothing. */
async function check(name: string, work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await within(CHECK_MS_MAX, work, `${name} does not answer`);
    return [];
  } catch {
    return [name];
  }
}
