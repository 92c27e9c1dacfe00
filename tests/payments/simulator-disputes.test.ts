import { createTestCustomer, openAddOnCheckout } from './customer';
import { createWorld, postCard, type World } from './world';

describe('the money of a dispute', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const win = async (text: string) => {
    const [dispute] = (await world.stripe.disputes.list()).data;
    const evidence = { uncategorized_text: text };
    const won = await world.stripe.disputes.update(dispute!.id, { evidence });
    expect(won.status).toBe('won');
    return won.balance_transactions.map(({ amount, currency, exchange_rate: rate, fee }) => [
      amount,
      currency,
      rate,
      fee,
    ]);
  };

  it('of a charge in another currency moves in the account’s own, at the rate of each day', async () => {
    await world.stripe.paymentIntents.create({
      amount: 2500,
      currency: 'eur',
      payment_method: 'pm_card_createDispute',
      confirm: true,
    });
    expect(await win('winning_evidence')).toEqual([
      [-2750, 'usd', 1.1, 1500],
      [2723, 'usd', 1.089, 0],
    ]);
  });

  it('can come back less than it was', async () => {
    const { url } = await openAddOnCheckout(world, await createTestCustomer(world));
    await postCard(url, { number: '4000000000000259' });
    expect(await win('winning_evidence_less_fee')).toEqual([
      [-18_000, 'usd', null, 1500],
      [17_820, 'usd', null, 0],
    ]);
  });
});
