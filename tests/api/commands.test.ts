import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import Stripe from 'stripe';
import type { Answer, Options, Problem } from './api-client';
import { arrive, balanceOf, imagesOf, pay, spend, subscribe, until } from './people';
import { useStack } from './use-stack';

interface HoldAnswer extends Problem {
  readonly id: string;
  readonly status: string;
  readonly credits: { readonly held: number; readonly captured: number; readonly released: number };
}

interface SubscriptionAnswer extends Problem {
  readonly id: string;
  readonly status: string;
  readonly plan: string;
  readonly checkoutUrl: string;
}

describe('moving credits and money over HTTP', () => {
  const { stack, api } = useStack();

  it('holds credits for work done elsewhere, captures in parts and gives the rest back', async () => {
    const customerId = await arrive(api);
    const hold = await placeHold(customerId, 6);
    expect(hold).toMatchObject({ status: 201, body: { status: 'open', credits: { held: 6 } } });
    const part = { credits: 2, final: false };
    const captured = await post<HoldAnswer>(`/v1/holds/${hold.body.id}/capture`, part, { key: 'part' });
    expect(captured.body).toMatchObject({ status: 'open', credits: { captured: 2, released: 0 } });
    const beyond = await post(`/v1/holds/${hold.body.id}/capture`, { credits: 5 });
    expect(beyond).toMatchObject({ status: 409, body: { code: 'hold_exceeded', open: 4 } });
    const rest = await post<HoldAnswer>(`/v1/holds/${hold.body.id}/void`);
    expect(rest.body).toMatchObject({ status: 'voided', credits: { captured: 2, released: 4 } });
    const late = await post(`/v1/holds/${hold.body.id}/capture`);
    expect(late).toMatchObject({ status: 409, body: { code: 'hold_already_settled', holdStatus: 'voided' } });

    const repeated = await post<HoldAnswer>(`/v1/holds/${hold.body.id}/capture`, part, { key: 'part' });
    expect(repeated).toMatchObject({ status: 200, replayed: true, body: captured.body });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 8, held: 0 });
  });

  it('never captures a hold past its instant, and shows it as expired however late the sweep is', async () => {
    const customerId = await arrive(api);
    const expiresAt = new Date(Date.now() + 4_000).toISOString();
    const hold = await placeHold(customerId, 4, { expiresAt });
    const read = () => api.get<HoldAnswer>(`/v1/holds/${hold.body.id}`);
    await until(async () => (await read()).body.status === 'expired');
    expect(await post(`/v1/holds/${hold.body.id}/capture`)).toMatchObject({
      status: 409,
      body: { code: 'hold_already_settled', holdStatus: 'expired' },
    });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 10, held: 0 });
  });

  it('shows credits as available from the instant on at which their hold ends, though nobody asks for the hold', async () => {
    const customerId = await arrive(api);
    const expiresAt = new Date(Date.now() + 4_000).toISOString();
    expect((await placeHold(customerId, 4, { expiresAt })).status).toBe(201);
    await until(() => Promise.resolve(new Date().toISOString() > expiresAt));
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 10, held: 0 });
  });

  it('gives one answer to each key of a hold, of an adjustment and of a refund', async () => {
    const customerId = await arrive(api);
    const work = await spend(api, await imagesOf(api, customerId, 2));
    const requests: [string, unknown, Options][] = [
      ['/v1/holds', { customerId, credits: 2, reference: 'a job', capture: true }, {}],
      ['/v1/adjustments', { customerId, credits: 5, reason: 'sorry' }, { operator: true }],
      ['/v1/adjustments', { customerId, credits: -3, reason: 'too much' }, { operator: true }],
      [`/v1/spends/${work.id}/refund`, { credits: 1, reason: 'blurred' }, { operator: true }],
    ];
    for (const [path, body, options] of requests) {
      const key = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => post<{ id: string }>(path, body, { ...options, key })),
      );
      expect(
        new Set(answers.map((answer) => `${String(answer.status)} ${JSON.stringify(answer.body)}`)).size,
      ).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      const other = { ...(body as object), credits: 4 };
      expect(await post(path, other, { ...options, key })).toMatchObject({ status: 422 });
    }
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 10 - 2 - 2 + 5 - 3 + 1, held: 0 });
    expect(
      await post(`/v1/spends/${work.id}/refund`, { credits: 2, reason: 'x' }, { operator: true }),
    ).toMatchObject({ status: 409, body: { code: 'state_conflict', refundable: 1 } });
    const tooMuch = { customerId, credits: -1_000, reason: 'x' };
    expect(await post('/v1/adjustments', tooMuch, { operator: true })).toMatchObject({
      status: 409,
      body: { code: 'adjustment_exceeds_available', available: 9 },
    });
    expect((await post('/v1/adjustments', tooMuch)).body.code).toBe('operator_scope_required');
  });

  it('grants nothing for a signed event that lies, and once for one that comes again and again', async () => {
    const customerId = await arrive(api);
    const subscription = await post<SubscriptionAnswer>('/v1/subscriptions', {
      customerId,
      plan: 'standard',
    });
    const lie = completedEvent(subscription.body, customerId);
    expect((await deliver(lie)).status).toBe(200);
    expect((await deliver({ ...lie, id: 'evt_of_another_name' })).status).toBe(200);
    const read = () => api.get<SubscriptionAnswer>(`/v1/subscriptions/${subscription.body.id}`);
    expect((await read()).body.status).toBe('incomplete');
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 10 });

    await pay(subscription.body.checkoutUrl);
    await until(async () => (await balanceOf(api, customerId)).available === 510);
    const repeats = ['evt_1', 'evt_1', 'evt_2', 'evt_3'].map((id) =>
      deliver({ ...completedEvent(subscription.body, customerId), id: id + subscription.body.id }),
    );
    expect((await Promise.all(repeats)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const grants = await api.get<{ data: { code: string }[] }>(`/v1/customers/${customerId}/statement`);
    expect(grants.body.data.filter(({ code }) => code === 'grant')).toHaveLength(2);
    expect((await deliver(lie, 'whsec_of_somebody_else')).status).toBe(400);
  });

  it('grants once when the events come late, in any order and several times', async () => {
    const faults = (given: object) =>
      fetch(`${stack.dev.stripeUrl!}/_simulator/webhooks`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(given),
      });
    await faults({ copies: 3, delay: 1, shuffle: true });
    try {
      const customerId = await subscribe(api);
      await until(async () => (await balanceOf(api, customerId)).available === 510);
      const order = await post<SubscriptionAnswer>('/v1/add-ons', { customerId, quantity: 2 });
      await pay(order.body.checkoutUrl);
      expect((await api.get<SubscriptionAnswer>(`/v1/add-ons/${order.body.id}`)).body.status).toBe('pending');
      const paid = async () =>
        (await api.get<SubscriptionAnswer>(`/v1/add-ons/${order.body.id}`)).body.status;
      await until(async () => (await paid()) === 'paid');
      expect(await balanceOf(api, customerId)).toMatchObject({ available: 2_510 });
    } finally {
      await faults({});
    }
  });

  it('sells add-ons to paid subscribers only, and Custom by contract only', async () => {
    const customerId = await arrive(api);
    expect(await post('/v1/add-ons', { customerId, quantity: 1 })).toMatchObject({
      status: 403,
      body: { code: 'subscription_required' },
    });
    expect(await post('/v1/subscriptions', { customerId, plan: 'custom' })).toMatchObject({
      status: 409,
      body: { code: 'contract_required', contact: 'sales@scrip.example' },
    });
    const contract = await post<{ id: string }>(
      '/v1/contracts',
      {
        customerId,
        credits: 6_000,
        amount: 40_000,
        currency: 'usd',
        interval: 'month',
        termMonths: 12,
        reference: 'C-7',
      },
      { operator: true },
    );
    expect(contract).toMatchObject({ status: 201, body: { status: 'signed' } });
    const other = await arrive(api);
    const order = { plan: 'custom', collection: 'invoice', contractId: contract.body.id };
    expect((await post('/v1/subscriptions', { ...order, customerId: other })).status).toBe(404);
    const atOnce = await Promise.all(
      Array.from({ length: 3 }, () =>
        post<SubscriptionAnswer>('/v1/subscriptions', { ...order, customerId }),
      ),
    );
    const [subscription, ...refused] = atOnce.sort((a, b) => a.status - b.status);
    expect(refused.map(({ status }) => status)).toEqual([409, 409]);
    if (subscription === undefined) throw new Error('nothing was answered');
    expect(subscription).toMatchObject({ status: 201, body: { status: 'incomplete', plan: 'custom' } });
    expect(await post('/v1/subscriptions', { ...order, customerId })).toMatchObject({
      status: 409,
      body: { code: 'state_conflict', subscriptionId: subscription.body.id },
    });
    const paidThrough = new Date(Date.now() + 40 * 86_400_000).toISOString();
    const payment = { paidThrough, reference: 'bank statement 3' };
    const path = `/v1/subscriptions/${subscription.body.id}/payments`;
    expect(await post(path, payment, { operator: true })).toMatchObject({
      status: 200,
      body: { status: 'active' },
    });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 6_010 });
  });

  it('commands a subscription once per key, and previews without doing anything', async () => {
    const customerId = await subscribe(api);
    const { id } = await subscriptionOf(customerId);
    const preview = await post<{ granted: number; charged: unknown }>(
      `/v1/subscriptions/${id}/change-plan?preview=true`,
      { plan: 'pro' },
      { key: null },
    );
    expect(preview).toMatchObject({
      status: 200,
      body: { granted: 1_000, charged: { amountMinor: 4500 }, planBefore: 'standard', planAfter: 'pro' },
    });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 510 });

    const upgrade = (plan: string) =>
      post<SubscriptionAnswer>(`/v1/subscriptions/${id}/change-plan`, { plan }, { key: 'up' });
    const answers = await Promise.all([upgrade('pro'), upgrade('pro'), upgrade('pro')]);
    expect(answers.map(({ status, body }) => [status, body.plan])).toEqual(Array(3).fill([200, 'pro']));
    expect((await upgrade('standard')).status).toBe(422);
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 1_510 });

    const resume = () => post(`/v1/subscriptions/${id}/resume`, undefined, { key: 'resume' });
    expect(await resume()).toMatchObject({ status: 409, replayed: false, body: { code: 'state_conflict' } });
    await post(`/v1/subscriptions/${id}/cancel`);
    expect(await resume()).toMatchObject({ status: 409, replayed: true });
    expect((await post(`/v1/subscriptions/${id}/resume`)).status).toBe(200);
    await post(`/v1/subscriptions/${id}/pause`);
    expect((await api.get(`/v1/customers/${customerId}/rights`)).body).toMatchObject({ plan: 'free' });
    expect((await post('/v1/subscriptions', { customerId, plan: 'pro' })).status).toBe(409);
  });

  it('tells with a customer of the subscription that has not ended, whatever its state, and of no other', async () => {
    const customerId = await arrive(api);
    const read = async () =>
      (await api.get<{ plan: string; subscription: object | null }>(`/v1/customers/${customerId}`)).body;
    expect(await read()).toMatchObject({ plan: 'free', subscription: null });

    const opened = await post<SubscriptionAnswer>('/v1/subscriptions', { customerId, plan: 'pro' });
    const { id } = opened.body;
    const waiting = { id, status: 'incomplete', plan: 'pro', interval: 'month', currentPeriod: null };
    expect((await read()).subscription).toEqual({ ...waiting, cancelAt: null, pendingPlan: null });
    expect(await read()).toMatchObject({ plan: 'free' });

    await pay(opened.body.checkoutUrl);
    await until(async () => (await read()).plan === 'pro');
    await post(`/v1/subscriptions/${id}/change-plan`, { plan: 'standard' });
    const { body } = await api.get<Record<string, unknown>>(`/v1/subscriptions/${id}`);
    const { currentPeriod, cancelAt } = body;
    expect(currentPeriod).not.toBeNull();
    expect(await read()).toMatchObject({
      plan: 'pro',
      subscription: { ...waiting, status: 'active', currentPeriod, cancelAt, pendingPlan: 'standard' },
    });
    await post(`/v1/subscriptions/${id}/cancel`);
    const ending = (await api.get<Record<string, unknown>>(`/v1/subscriptions/${id}`)).body;
    expect(ending['cancelAt']).not.toBeNull();
    expect((await read()).subscription).toMatchObject({ cancelAt: ending['cancelAt'] });
    await post(`/v1/subscriptions/${id}/cancel`, { when: 'now' });
    await until(async () => (await read()).subscription === null);
    expect(await read()).toMatchObject({ plan: 'free' });
  });

  it('repeats an answer to the byte, and gives the same fields in the same order when asked again', async () => {
    const customerId = await subscribe(api);
    const { id } = await subscriptionOf(customerId);
    const contract = { credits: 6_000, amount: 1, currency: 'usd', interval: 'month', termMonths: 1 };
    const requests: [path: string, body: unknown][] = [
      ['/v1/add-ons', { customerId, quantity: 1 }],
      ['/v1/spends', await imagesOf(api, customerId, 1)],
      ['/v1/holds', { customerId, credits: 1, reference: 'x' }],
      ['/v1/adjustments', { customerId, credits: 1, reason: 'x' }],
      ['/v1/contracts', { customerId, ...contract, reference: 'C' }],
      [`/v1/subscriptions/${id}/change-plan`, { plan: 'pro' }],
    ];
    for (const [path, body] of requests) {
      const [first, repeated] = [await raw(path, body, path), await raw(path, body, path)];
      expect([path, repeated.replayed, repeated.text]).toEqual([path, 'true', first.text]);
    }
    const changed = await raw(`/v1/subscriptions/${id}/change-plan`, { plan: 'pro' }, requests.at(-1)![0]);
    const read = await api.get<object>(`/v1/subscriptions/${id}`);
    expect(Object.keys(read.body)).toEqual(Object.keys(JSON.parse(changed.text) as object));

    const refused = await raw('/v1/spends', await imagesOf(api, await arrive(api), 50), 'too many');
    expect(Object.keys(JSON.parse(refused.text) as object)).toEqual([
      'type',
      'title',
      'status',
      'code',
      'detail',
      'requestId',
      'required',
      'available',
      'held',
      'shortfall',
      'options',
    ]);
  });

  it('binds a portal token to its customer', async () => {
    const [customerId, other] = await Promise.all([subscribe(api), subscribe(api)]);
    const session = await post<{ url: string }>('/v1/portal-sessions', { customerId }, { key: null });
    const headers = { Authorization: `Bearer ${session.body.url.split('token=')[1]!}` };
    const theirs = await subscriptionOf(other);
    const asCustomer = async (path: string) => (await api.get(path, { headers })).status;
    expect(await asCustomer(`/v1/customers/${customerId}/balance`)).toBe(200);
    expect(await asCustomer(`/v1/customers/${other}/balance`)).toBe(404);
    expect(await asCustomer(`/v1/subscriptions/${theirs.id}`)).toBe(404);
    expect(await asCustomer(`/v1/subscriptions/${theirs.id}?customerId=${other}`)).toBe(404);
    expect(await asCustomer('/v1/audit')).toBe(403);
    const attempts: [string, unknown][] = [
      ['/v1/holds', { customerId, credits: 1, reference: 'mine' }],
      ['/v1/customers', { externalId: randomUUID() }],
      ['/v1/portal-sessions', { customerId: other }],
      ['/v1/spends', await imagesOf(api, other)],
      [`/v1/subscriptions/${theirs.id}/cancel`, { when: 'now' }],
    ];
    for (const [path, body] of attempts) expect((await post(path, body, { headers })).status).toBe(404);
    const theirSpend = await spend(api, await imagesOf(api, other));
    for (const id of [theirSpend.id, 'spd_nothing']) {
      const refund = await post(`/v1/spends/${id}/refund`, { reason: 'mine' }, { headers });
      expect(refund).toMatchObject({ status: 403, body: { code: 'operator_scope_required' } });
    }
    expect((await post('/v1/spends', await imagesOf(api, customerId), { headers })).status).toBe(202);
    const forged = { Authorization: 'Bearer scrip_portal_nothing' };
    expect((await api.get('/v1/catalog', { headers: forged })).status).toBe(401);
  });

  it('leads the portal link to a page that runs its own script and talks to this server alone', async () => {
    const session = await post<{ url: string }>('/v1/portal-sessions', { customerId: await arrive(api) });
    const page = await fetch(session.body.url);
    expect(page.status).toBe(200);
    expect(await page.text()).not.toMatch(/(src|href)=|https?:/);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^ ]+'; .*connect-src 'self'/);
  });

  it('pages through a statement without losing or repeating a row, and gives the same as CSV', async () => {
    const customerId = await arrive(api);
    for (let index = 0; index < 4; index += 1) await placeHold(customerId, 1, { capture: true });
    const ids: string[] = [];
    let cursor = '';
    do {
      const page = await api.get<{ data: { id: string }[]; nextCursor: string | null }>(
        `/v1/customers/${customerId}/statement?limit=2${cursor}`,
      );
      ids.push(...page.body.data.map(({ id }) => id));
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    expect(new Set(ids).size).toBe(9);
    const csv = await api.get<string>(`/v1/customers/${customerId}/statement`, {
      headers: { Accept: 'text/csv; charset=utf-8' },
    });
    const lines = csv.body.trim().split('\n');
    expect(lines[0]).toMatch(/^id,at,code,credits,available,held,owed,reason/);
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(ids);
    const rows = parse<Record<string, string>>(csv.body, { columns: true });
    expect(rows.map(({ change }) => Number(change))).toEqual([
      ...Array<number[]>(4).fill([0, -1]).flat(),
      10,
    ]);
    const { available } = await balanceOf(api, customerId);
    expect(rows.reduce((sum, { change }) => sum + Number(change), 0)).toBe(available);
  });

  it('forgets who a customer was and keeps what the ledger says', async () => {
    const customerId = await arrive(api);
    expect((await api.send('DELETE', `/v1/customers/${customerId}`)).status).toBe(204);
    expect((await api.get(`/v1/customers/${customerId}`)).status).toBe(404);
    const { body } = await api.get<{ ok: boolean }>(`/v1/audit`, { operator: true });
    expect(body.ok).toBe(true);
  });

  it('adds up: the reports, the audit, and what was there at an instant', async () => {
    const months = await api.get<{ data: Record<string, number>[] }>('/v1/reports/roll-forward', {
      operator: true,
    });
    for (const month of months.body.data) {
      const {
        opening = 0,
        granted = 0,
        captured = 0,
        refunded = 0,
        expired = 0,
        clawed = 0,
        restored = 0,
      } = month;
      expect(month['closing']).toBe(opening + granted - captured + refunded - expired - clawed + restored);
    }
    const audit = await api.get<{ checks: { ok: boolean }[] }>('/v1/audit', { operator: true });
    expect(audit.body.checks.filter(({ ok }) => !ok)).toEqual([]);

    const customerId = await arrive(api);
    const before = new Date().toISOString();
    await placeHold(customerId, 3, { capture: true });
    const then = await api.get(`/v1/customers/${customerId}/balance?at=${before}`);
    expect(then.body).toMatchObject({ available: 10, total: 10 });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 7 });
  });

  it('tells the same in a report, in its CSV and in the other report', async () => {
    const monthsOf = async (report: string) => {
      const path = `/v1/reports/${report}`;
      return (await api.get<{ data: Record<string, number | object[]>[] }>(path, { operator: true })).body
        .data;
    };
    const linesOf = async (report: string) => {
      const headers = { Accept: 'text/csv' };
      const { body } = await api.get<string>(`/v1/reports/${report}`, { operator: true, headers });
      return parse<Record<string, string>>(body, { columns: true });
    };
    const sum = (lines: readonly object[], column: string) =>
      lines.reduce((total, line) => total + Number((line as Record<string, unknown>)[column]), 0);

    await placeHold(await subscribe(api), 20, { capture: true });
    const readAll = async () => ({
      ...{ rolled: await monthsOf('roll-forward'), rolledLines: await linesOf('roll-forward') },
      ...{ months: await monthsOf('revenue'), lines: await linesOf('revenue') },
    });
    let last = await readAll();
    // Work of earlier tests may still be paid for meanwhile: then the reads do not belong together.
    await until(async () => {
      const before = last;
      last = await readAll();
      return isDeepStrictEqual(before, last);
    });
    const { rolled, rolledLines, months, lines } = last;
    const columns = Object.keys(rolledLines[0]!);
    expect(rolledLines).toEqual(
      rolled.map((month) =>
        Object.fromEntries(columns.map((column) => [column, `${month[column] as number}`])),
      ),
    );
    const earned = months.flatMap((month) => month['earned'] as object[]);
    const deferred = months.flatMap((month) => month['deferred'] as object[]);
    expect(sum(earned, 'captured')).toBeGreaterThan(0);
    expect(sum(lines, 'captured')).toBe(sum(earned, 'captured'));
    expect(sum(lines, 'captured')).toBe(sum(rolled, 'captured'));
    expect(sum(lines, 'refunded')).toBe(sum(rolled, 'refunded'));
    for (const column of ['granted', 'earned', 'clawed', 'closing']) {
      expect(sum(lines, column)).toBe(sum(deferred, column));
    }
    expect(sum(lines, 'amountMinor')).toBe(sum(deferred, 'earned'));
    const reversed = '/v1/reports/revenue?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z';
    for (const path of [reversed, '/v1/reports/revenue?from=1500-01-01T00:00:00Z']) {
      expect(await api.get(path, { operator: true })).toMatchObject({ status: 400 });
    }
  });

  function post<Body = Problem>(
    path: string,
    body?: unknown,
    options?: Options,
  ): Promise<Answer<Body & Problem>> {
    return api.post<Body & Problem>(path, body, options);
  }

  function placeHold(customerId: string, credits: number, more: object = {}): Promise<Answer<HoldAnswer>> {
    return api.post<HoldAnswer>('/v1/holds', { customerId, credits, reference: 'a job', ...more });
  }

  async function subscriptionOf(customerId: string): Promise<{ id: string }> {
    const statement = await api.get<{ data: { subscriptionId?: string }[] }>(
      `/v1/customers/${customerId}/statement`,
    );
    const id = statement.body.data.find(({ subscriptionId }) => subscriptionId !== undefined)?.subscriptionId;
    return { id: id! };
  }

  /** What Stripe says when a checkout was paid. */
  function completedEvent(subscription: SubscriptionAnswer, customerId: string) {
    const object = {
      id: new URL(subscription.checkoutUrl).pathname.split('/').at(-1),
      object: 'checkout.session',
      status: 'complete',
      payment_status: 'paid',
      metadata: { scrip_customer: customerId, scrip_subscription: subscription.id },
    };
    const created = Math.floor(Date.now() / 1000);
    return {
      id: `evt_${randomUUID()}`,
      object: 'event',
      type: 'checkout.session.completed',
      created,
      data: { object },
    };
  }

  function deliver(event: unknown, secret = stack.dev.stripeWebhookSecret): Promise<Answer<Problem>> {
    const payload = JSON.stringify(event);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    return api.post('/webhooks/stripe', event, { key: null, headers: { 'Stripe-Signature': signature } });
  }

  async function raw(path: string, body: unknown, key: string) {
    const response = await fetch(stack.url + path, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${stack.dev.operatorKey}`,
        'Idempotency-Key': key,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    return { text: await response.text(), replayed: response.headers.get('idempotency-replayed') };
  }
});
