import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { arrive, imagesOf, spend, subscribe, until } from '../api/people';
import { useStack } from '../api/use-stack';
import { onceThere } from '../support/once-there';
import { findChromium, launchChromium } from './browser';

const executable = findChromium();
const inBrowser = executable === undefined ? describe.skip : describe;
if (executable === undefined)
  process.stderr.write(
    'No Chromium here: the account page is NOT tested. Install one, or name it in CHROMIUM.\n',
  );

inBrowser('the account page', () => {
  const { stack, api } = useStack();
  let launched: Browser | undefined;
  const browser = onceThere(() => launched);
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    launched = await launchChromium(executable!);
  }, 60_000);

  afterAll(() => launched?.close());

  beforeEach(async () => {
    context = await browser.newContext({ locale: 'en-GB' });
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      // The pages of the payment processor may say what they like.
      const isOurs = message.location().url.startsWith(stack.url);
      if (isOurs && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterEach(async () => {
    // A request that is still being answered for the page ends with it.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });

  it('shows after the checkout what was paid for, and says that it waits until it is known', async () => {
    const customerId = await arrive(api);
    await page.goto(await linkOf(customerId));
    await waitForText('#plan', 'free');
    await page.getByRole('button', { name: 'Subscribe to pro' }).click();
    const release = await holdBack('**/v1/subscriptions/*');
    await pay();
    await waitForText('#confirming', 'Your payment is being confirmed…');
    expect(await page.getByRole('button', { name: /Subscribe/ }).count()).toBe(0);
    expect(new URL(page.url()).search).toBe('');
    await release();
    await waitForText('#confirming', 'Your pro plan: paid. Thank you.');
    await waitForText('#plan', 'pro');
    await waitForText('#available', '1,010');
    await waitForText('#standing', /^This period ends on /);

    await page.getByRole('button', { name: 'Buy credits' }).click();
    await pay();
    await waitForText('#confirming', 'Your credits: paid. Thank you.');
    await waitForText('#available', '2,010');
    const newest = page.locator('#statement tr').filter({ hasText: '2,010' });
    await newest.waitFor();
    expect(await cellsOf(newest)).toEqual(['Granted', '+1,000', '2,010']);
    expect(complaints).toEqual([]);
  });

  it('shows what was paid for by a link that its server made and gave no way back', async () => {
    const customerId = await arrive(api);
    await page.goto(await linkOf(customerId));
    await waitForText('#plan', 'free');
    const terms = { customerId, plan: 'pro', interval: 'month', collection: 'checkout' };
    const { body } = await api.post<{ id: string; checkoutUrl: string }>('/v1/subscriptions', terms);
    await page.goto(body.checkoutUrl);
    const release = await holdBack('**/v1/subscriptions/*');
    await pay();
    await waitForText('#confirming', 'Your payment is being confirmed…');
    await release();
    await waitForText('#confirming', 'Your plan: paid. Thank you.');
    await waitForText('#available', '1,010');
    expect(new URL(page.url()).search).toBe('');
    const order = await api.post<{ checkoutUrl: string }>('/v1/add-ons', { customerId, quantity: 1 });
    await page.goto(order.body.checkoutUrl);
    await pay();
    await waitForText('#confirming', 'Your credits: paid. Thank you.');
    await waitForText('#available', '2,010');
    expect(complaints).toEqual([]);

    await page.goto(await linkOf(await arrive(api)));
    await waitForText('#available', '10');
    await page.goto(`${stack.url}/account?paid=${body.id}`);
    await waitForText('#available', '10');
    expect(await page.locator('#confirming').textContent()).toBe('');
  });

  it('thanks who paid without being signed in here, and says where to look', async () => {
    const terms = { customerId: await arrive(api), plan: 'pro', interval: 'month', collection: 'checkout' };
    const { body } = await api.post<{ checkoutUrl: string }>('/v1/subscriptions', terms);
    await page.goto(body.checkoutUrl);
    await pay();
    await waitForText('#confirming', /^Thank you, the checkout is complete\. Go back to where you came from/);
    expect(await page.locator('#problem').textContent()).toBe('');
  });

  it('is as before for who comes back from the checkout without having paid', async () => {
    await page.goto(await linkOf(await arrive(api)));
    await page.getByRole('button', { name: 'Subscribe to standard' }).click();
    await page.getByRole('link', { name: 'Back' }).click();
    await waitForText('#standing', 'A subscription to standard is waiting for its first payment.');
    await waitForText('#plan', 'free');
    expect(await page.locator('#confirming').textContent()).toBe('');
    expect(await page.getByRole('button', { name: 'Subscribe to pro' }).count()).toBe(1);
  });

  it('signs in whose link is opened, in an open tab too, and keeps no token in the address', async () => {
    const [first, second] = [await subscribe(api), await arrive(api)];
    await page.goto(await linkOf(first));
    await waitForText('#available', '510');
    expect(page.url()).toBe(`${stack.url}/account`);
    await page.goto(await linkOf(second));
    await waitForText('#available', '10');
    await waitForText('#plan', 'free');
    expect(page.url()).toBe(`${stack.url}/account`);
    await page.reload();
    await waitForText('#available', '10');
    expect(complaints).toEqual([]);
  });

  it('never shows what was asked for the customer before, however late it comes', async () => {
    const [first, second] = [await subscribe(api), await arrive(api)];
    await page.goto(await linkOf(second));
    await waitForText('#available', '10');
    const release = await holdBack(`**/v1/customers/${first}/balance`);
    await page.goto(await linkOf(first));
    await page.goto(await linkOf(second));
    await waitForText('#available', '10');
    const late = page.waitForResponse(`**/v1/customers/${first}/balance`);
    await release();
    await (await late).finished();
    await page.reload();
    await waitForText('#available', '10');
    expect(await page.locator('#plan').textContent()).toBe('free');
  });

  it('says of a link that has expired what to do, and shows nothing of the customer before', async () => {
    await page.goto(await linkOf(await arrive(api)));
    await waitForText('#available', '10');
    await page.goto(`${stack.url}/account#customer=cus_x&token=scrip_portal_expired`);
    await waitForText('#problem', /This link has expired\. Go back to where you got it/);
    expect(await page.locator('#account').isVisible()).toBe(false);
    expect(page.url()).toBe(`${stack.url}/account`);
  });

  it('has a sign on every line, and one line for work that took all that was set aside', async () => {
    const customerId = await arrive(api);
    await spend(api, await imagesOf(api, customerId, 3));
    const hold = { customerId, credits: 4, reference: 'a translation' };
    const { body } = await api.post<{ id: string }>('/v1/holds', hold);
    await api.post(`/v1/holds/${body.id}/capture`, { credits: 1 });
    await page.goto(await linkOf(customerId));
    await waitForText('#available', '6');
    await page.locator('#statement tr').nth(4).waitFor();
    const rows = await page.locator('#statement tr').all();
    const lines = await Promise.all(rows.map(cellsOf));
    expect(lines).toEqual([
      ['Released', '+3', '6'],
      ['Spent, 1 of the reserved credits', '', '3'],
      ['Reserved', '−4', '3'],
      ['Spent', '−3', '7'],
      ['Granted', '+10', '10'],
    ]);
  });

  it('says what is due, what changes and what ends', async () => {
    const customerId = await subscribe(api);
    const read = async () =>
      (await api.get<{ subscription: { id: string; status: string } }>(`/v1/customers/${customerId}`)).body
        .subscription;
    const { id } = await read();
    await page.goto(await linkOf(customerId));
    await waitForText('#standing', /^This period ends on /);
    expect(await page.locator('#past-due').isVisible()).toBe(false);
    await api.post(`/v1/subscriptions/${id}/cancel`);
    await page.reload();
    await waitForText('#standing', /^It ends on /);
    // What nothing but a failed renewal brings about, a month from now.
    await page.route(`**/v1/customers/${customerId}`, async (route) => {
      const answer = await route.fetch();
      const customer = (await answer.json()) as { subscription: object };
      const subscription = {
        ...customer.subscription,
        status: 'past_due',
        cancelAt: null,
        pendingPlan: 'standard',
      };
      await route.fulfill({ response: answer, json: { ...customer, subscription } });
    });
    await page.reload();
    await waitForText('#past-due', /A payment is past due/);
    await page.locator('#past-due').waitFor({ state: 'visible' });
    await waitForText('#standing', /^It changes to standard on /);
  });

  async function linkOf(customerId: string): Promise<string> {
    const { body } = await api.post<{ url: string }>('/v1/portal-sessions', { customerId });
    return body.url;
  }

  /** Pays on the page that stands there, by the card that is always good. */
  async function pay(): Promise<void> {
    await page.locator('[name=number]').fill('4242424242424242');
    await page.getByRole('button', { name: 'Pay' }).click();
  }

  /** Keeps requests waiting until the answer is called. */
  async function holdBack(url: string): Promise<() => Promise<void>> {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    await page.route(url, async (route) => {
      await opened;
      await route.continue().catch(() => undefined);
    });
    return () => {
      open();
      return page.unroute(url);
    };
  }

  async function waitForText(selector: string, text: string | RegExp): Promise<void> {
    const read = async () => (await page.locator(selector).textContent())?.trim() ?? '';
    let last = '';
    await until(async () => {
      last = await read();
      return typeof text === 'string' ? last === text : text.test(last);
    }).catch(async () => {
      throw new Error(`${selector} says "${last}", and the page: ${await page.locator('body').innerText()}`);
    });
  }

  /** What it is, what it did to the available credits, and how many there were then. */
  async function cellsOf(line: Locator): Promise<string[]> {
    return (await line.locator('td').allTextContents()).slice(1, 4);
  }
});
