import { randomBytes } from 'node:crypto';
import { prepareNamespace, type TemporalAddress } from '../../src/platform/temporal';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import { required } from './environment';

/** A namespace of its own for a test file on the run's one Temporal server, with the search attributes registered. */
export async function createTestNamespace(): Promise<TemporalAddress> {
  const address = required('SCRIP_TEST_TEMPORAL_ADDRESS');
  const namespace = `test-${randomBytes(8).toString('hex')}`;
  await prepareNamespace({ address, namespace }, Object.values(SEARCH_ATTRIBUTES), 1);
  return { address, namespace };
}
