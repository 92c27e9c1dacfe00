import { createTemporalClient } from '../../src/platform/temporal';
import { useStack } from './use-stack';
import { apiAt, arrive, pictureOf } from '../stack/call-api';

describe('links into the Temporal Web UI', () => {
  const house = useStack();
  const server = () => apiAt(house.stack.url, house.stack.dev.apiKey);

  /** The id of the workflow whose page a link opens; throws when the server knows no such workflow. */
  async function workflowAt(link: unknown): Promise<string> {
    const { dev } = house.stack;
    const list = `${String(dev.temporalUiUrl)}/`;
    expect(String(link).startsWith(list)).toBe(true);
    const page = String(link).slice(list.length);
    expect(page).not.toContain('/');
    const temporal = createTemporalClient({
      address: dev.temporalAddress,
      namespace: dev.temporalNamespace,
    });
    try {
      const { workflowId } = await temporal.workflow.getHandle(decodeURIComponent(page)).describe();
      return workflowId;
    } finally {
      await temporal.connection.close();
    }
  }

  it('stand in each thing that a workflow works on, and lead to that workflow', async () => {
    const api = server();
    const customerId = await arrive(api, 'linked');
    const spend = await api.post('/v1/spends', await pictureOf(api, customerId, 'a boat', 1));
    const subscription = await api.post('/v1/subscriptions', {
      customerId,
      plan: 'standard',
      interval: 'month',
      successUrl: 'https://a.example',
      cancelUrl: 'https://a.example',
    });
    for (const [{ body }, prefix] of [
      [spend, 'spend'],
      [subscription, 'subscription'],
    ] as const) {
      expect(await workflowAt(body['workflowUrl'])).toBe(`${prefix}/${String(body['id'])}`);
    }
    const read = await api.get(`/v1/spends/${String(spend.body['id'])}?wait=30`);
    const listed = await api.get(`/v1/customers/${customerId}/spends`);
    const [first] = listed.body['data'] as readonly Readonly<Record<string, unknown>>[];
    for (const one of [read.body, first]) expect(one?.['workflowUrl']).toBe(spend.body['workflowUrl']);
  });

  it('are not told to a portal token, whoever made the thing', async () => {
    const api = server();
    const customerId = await arrive(api, 'portal');
    const spend = await api.post('/v1/spends', await pictureOf(api, customerId, 'a boat', 1));
    const session = await api.post('/v1/portal-sessions', { customerId });
    const token = String(session.body['url']).split('&token=')[1] ?? '';
    const own = apiAt(house.stack.url, token);
    const read = await own.get(`/v1/spends/${String(spend.body['id'])}?wait=30`);
    expect(read.body).toMatchObject({ status: 'succeeded' });
    expect(read.body).not.toHaveProperty('workflowUrl');
    const stream = await fetch(`${house.stack.url}/v1/spends/${String(spend.body['id'])}/events`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const events = await stream.text();
    expect(events).toContain('event: spend\n');
    expect(events).not.toContain('workflowUrl');
  });

  it('stand in the runbook, each with a query that the server takes', async () => {
    const { dev, url } = house.stack;
    const page = await fetch(`${url}/docs/operators`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const html = await page.text();
    const links = [...html.matchAll(/href="([^"]*\?query=[^"]*)"/g)].map(([, link = '']) => new URL(link));
    expect(links.length).toBeGreaterThan(7);
    const temporal = createTemporalClient({
      address: dev.temporalAddress,
      namespace: dev.temporalNamespace,
    });
    for (const link of links) {
      expect(`${link.origin}${link.pathname}`).toBe(dev.temporalUiUrl);
      const query = String(link.searchParams.get('query'));
      const { count } = await temporal.workflow.count(query);
      expect(count).toBeGreaterThanOrEqual(0);
    }
    await temporal.connection.close();
  });
});
