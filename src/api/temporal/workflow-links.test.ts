import { createTemporalUi } from '../../platform/temporal-ui';
import type { Caller } from '../http/caller';
import { withWorkflowLinks } from './workflow-links';

const temporalUi = createTemporalUi('http://ui.example', 'scrip');
const SERVER: Caller = { kind: 'key', scopes: ['customer'] };
const linked = (body: unknown, caller: Caller | undefined = SERVER, links = { temporalUi }) =>
  withWorkflowLinks({ status: 200, body }, links, caller);
const url = (id: string) => `http://ui.example/namespaces/scrip/workflows/${id}`;

describe('the link to a workflow', () => {
  it.each([
    ['spd_1', 'spend%2Fspd_1'],
    ['sub_1', 'subscription%2Fsub_1'],
    ['ord_1', 'add-on%2Ford_1'],
  ])('is in %s', (id, page) => {
    expect(linked({ id })).toEqual({ status: 200, body: { id, workflowUrl: url(page) } });
  });

  it('is in every thing of a page', () => {
    const page = { data: [{ id: 'spd_1' }, { id: 'spd_2' }], nextCursor: null };
    expect(linked(page)).toEqual({
      status: 200,
      body: {
        data: [
          { id: 'spd_1', workflowUrl: url('spend%2Fspd_1') },
          { id: 'spd_2', workflowUrl: url('spend%2Fspd_2') },
        ],
        nextCursor: null,
      },
    });
  });

  it('is in nothing that has no workflow', () => {
    for (const body of [{ id: 'cus_1' }, { spendId: 'spd_1' }, [], null, 'spd_1']) {
      expect(linked(body)).toEqual({ status: 200, body });
    }
  });

  it('is not told to a portal token, nor to anybody, nor where the UI is unknown', () => {
    const body = { id: 'spd_1' };
    expect(linked(body, { kind: 'portal', customerId: 'cus_1' })).toEqual({ status: 200, body });
    expect(withWorkflowLinks({ status: 200, body }, { temporalUi }, undefined)).toEqual({
      status: 200,
      body,
    });
    expect(withWorkflowLinks({ status: 200, body }, { temporalUi: undefined }, SERVER)).toEqual({
      status: 200,
      body,
    });
  });
});
