import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { askTemporal } from '../../../platform/ask-temporal';
import { findFaults } from '../../../platform/fit-database';
import { getCurrentCatalog } from '../../../store/catalogs';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { nobody } from '../../http/belongs-to';
import { within } from '../../http/within';

/** Load balancers ask every few seconds: an answer that takes longer is a no. */
const CHECK_MS_MAX = 3_000;

export const getReadyz = defineOperation({
  summary: 'Check readiness',
  description:
    'Checks that the database is migrated and configured as Scrip needs it, that a catalog is published and that Temporal answers. ' +
    'The detail says what is wrong with a database that answers.',
  tag: 'System',
  access: 'public',
  belongsTo: nobody,
  answers: { 200: { description: 'Ready.', schema: z.strictObject({ status: z.literal('ready') }) } },
  problems: ['unavailable'],
  async handle(_call, deps) {
    const failures = (
      await Promise.all([
        check('database', isReadyDatabase(deps)),
        check('catalog', getCurrentCatalog(deps.db)),
        check('temporal', isReadyTemporal(deps)),
      ])
    ).flat();
    if (failures.length > 0) {
      const missing = failures.map(({ name }) => name);
      const faults = failures.flatMap((failure) => failure.faults);
      throw new DomainError('unavailable', [`Not ready: ${missing.join(', ')}.`, ...faults].join(' '), {
        missing,
      });
    }
    return { status: 200, body: { status: 'ready' } };
  },
});

/** What is wrong with the database, in words for the operator. */
class Faults extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join(' '));
  }
}

/** A look takes two connections at once, so requests that come together share one look. */
async function isReadyDatabase({ db, inFlight }: ApiDeps): Promise<void> {
  const faults = await inFlight.join('readyz database', () => findFaults(db)).answer;
  if (faults.length > 0) throw new Faults(faults);
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

/** What is not ready and why, as far as it is known; empty when it is ready. */
async function check(
  name: string,
  work: Promise<unknown>,
): Promise<readonly { readonly name: string; readonly faults: readonly string[] }[]> {
  try {
    await within(CHECK_MS_MAX, work, `${name} does not answer`);
    return [];
  } catch (error) {
    return [{ name, faults: error instanceof Faults ? error.faults : [] }];
  }
}
