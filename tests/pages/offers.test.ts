import type { Browser, Page } from 'playwright-core';
import { createApiClient, type ApiClient } from '../api/api-client';
import { ONE_PACK, TWO_MARKETS } from '../api/markets';
import { arrive, balanceOf, pay as payAt, until } from '../api/people';
import { fileOf, scrip } from '../cli/scrip';
import { onceThere } from '../support/once-there';
import { startStack, type TestStack } from '../support/start-stack';
import { findChromium, launchChromium } from './browser';

const executable = findChromium();
const inBrowser = executable === undefined ? describe.skip : describe;

inBrowser('what the account page offers', () => {
  let started: { readonly stack: TestStack; readonly api: ApiClient; readonly browser: Browser } | undefined;
  const stack = onceThere(() => started?.stack);
  const api = onceThere(() => started?.api);
  const browser = onceThere(() => started?.browser);

  beforeAll(async () => {
    const file = await fileOf('markets.yaml', TWO_MARKETS);
    const running = await startStack({ env: { SCRIP_CATALOG: file } });
    started = {
      stack: running,
      api: await createApiClient(running.dev),
      browser: await launchChromium(executable!),
    };
  }, 180_000);

  afterAll(async () => {
    await started?.browser.close();
    await started?.stack.stop();
  }, 30_000);

  const open = async (customerId: string): Promise<Page> => {
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    const { body } = await api.post<{ url: string }>('/v1/portal-sessions', { customerId });
    await page.goto(body.url);
    await page.locator('#account').waitFor({ state: 'visible' });
    return page;
  };
  const offersOf = (page: Page) => page.locator('#actions button').allTextContents();

  it('is what the customer may buy, each with its price: in the first currency, or in that of the subscription', async () => {
    const customerId = await arrive(api);
    const page = await open(customerId);
    expect(await offersOf(page)).toEqual([
      'Buy credits: 100 credits for US$5.00',
      'Subscribe to Basic for US$10.00 a month',
      'Subscribe to Grand for US$30.00 a month',
      'Cards and invoices',
    ]);
    await page.getByRole('button', { name: 'Buy credits' }).click();
    await page.locator('[name=number]').fill('4242424242424242');
    await page.getByRole('button', { name: 'Pay' }).click();
    await until(async () => (await page.locator('#available').textContent()) === '110');

    const wanted = { customerId, plan: 'basic', currency: 'gbp' };
    const opened = await api.post<{ checkoutUrl: string }>('/v1/subscriptions', wanted);
    await payAt(opened.body.checkoutUrl);
    await until(async () => (await balanceOf(api, customerId)).available === 210);
    const [small, large] = ['100 credits for £4.00', '1,000 credits for US$40.00'];
    const expected = [`Buy credits: ${small}`, `Buy credits: ${large}`, 'Cards and invoices'];
    expect(await offersOf(await open(customerId))).toEqual(expected);

    await scrip(stack.home, 'catalog', 'publish', await fileOf('markets.yaml', ONE_PACK));
    expect(await offersOf(await open(customerId))).toEqual(expected);
    expect((await offersOf(await open(await arrive(api))))[0]).toBe('Buy credits: 300 credits for £9.00');
  });
});
