import { WithStartWorkflowOperation } from '@temporalio/client';
import { newId } from '../../src/platform/ids';
import { getAddOnOrder, type AddOnOrder } from '../../src/store/add-on-orders';
import { ADD_ON_WORKFLOW, addOnStart, openAddOnUpdate } from '../../src/workflows/add-ons/messages';
import { OPEN_UPDATE_ID } from '../../src/workflows/subscriptions/messages';
import type { House } from './house';

/** Orders packs as the API does. */
export async function order(
  house: House,
  customerId: string,
  quantity: number,
  onStart: (orderId: string) => void = () => undefined,
): Promise<AddOnOrder> {
  const orderId = newId('ord');
  onStart(orderId);
  const opening = {
    orderId,
    customerId,
    pack: 'add_on_1000',
    quantity,
    catalogVersion: house.catalog.version,
    successUrl: null,
    cancelUrl: null,
  };
  const answer = await house.client.workflow.executeUpdateWithStart(openAddOnUpdate, {
    updateId: OPEN_UPDATE_ID,
    startWorkflowOperation: new WithStartWorkflowOperation(ADD_ON_WORKFLOW, addOnStart(opening)),
  });
  if (answer.outcome === 'refused') throw new Error(answer.message);
  return getAddOnOrder(house.db, orderId);
}
