import type { Knex } from 'knex';
import { createDatabase } from '../../src/platform/database';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';
import { findLostCents } from './every-cent';
import { createDice, layHand, type Dice } from './hands';
import { CARD } from './story';

/** `HANDS=10000 SEED=8 npx jest tests/at-stripe/hands` plays more of them, and others. */
const HANDS = Number(process.env['HANDS'] ?? 120);
const SEED = Number(process.env['SEED'] ?? 7);
const PEOPLE = 6;
const HANDS_A_DAY = 6;
/** What was paid since may not have been compared yet. */
const COMPARED_AFTER_S = 26 * 3_600;

interface Person {
  readonly customerId: string;
  subscriptionId: string | null;
}

describe('random hands at Stripe', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let db: Knex;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    sandbox = connectSandbox(stack.dev);
    db = createDatabase(stack.dev.databaseUrl, { applicationName: 'test' });
  }, 180_000);
  afterAll(async () => {
    await db.destroy();
    await stack.stop();
  }, 30_000);

  /** One thing that a customer does here; a refusal is an answer. */
  async function live(person: Person, dice: Dice): Promise<void> {
    const { customerId } = person;
    const id = person.subscriptionId;
    switch (dice.roll(id === null ? 1 : 8)) {
      case 0:
      case 1: {
        const plan = dice.pick(['standard', 'pro']);
        const { status, body } = await sandbox.post('/v1/subscriptions', { customerId, plan });
        if (status !== 201) return;
        person.subscriptionId = String(body['id']);
        await sandbox.payCheckout(String(body['checkoutUrl']), CARD);
        return;
      }
      case 2: {
        const { status, body } = await sandbox.post('/v1/add-ons', { customerId, quantity: 1 });
        if (status === 201) await sandbox.payCheckout(String(body['checkoutUrl']), CARD);
        return;
      }
      case 3: {
        const hold = { customerId, credits: 1 + dice.roll(300), reference: 'hands', capture: true };
        await sandbox.post('/v1/holds', hold);
        return;
      }
      default: {
        const [command, body] = dice.pick([
          ['change-plan', { plan: 'pro' }],
          ['change-plan', { plan: 'standard' }],
          ['pause', {}],
          ['resume', {}],
          ['cancel', { when: 'period_end' }],
        ] as const);
        await sandbox.post(`/v1/subscriptions/${String(id)}/${command}`, body);
      }
    }
  }

  it(
    `leave every cent granted, given back or named, and nobody charged twice (seed ${String(SEED)}, ${String(HANDS)} hands)`,
    async () => {
      const { stripe } = sandbox;
      const dice = createDice(SEED);
      const people: Person[] = [];
      for (let number = 0; number < PEOPLE; number += 1) {
        const { body } = await sandbox.post('/v1/customers', { externalId: `hands-${String(number)}` });
        people.push({ customerId: String(body['id']), subscriptionId: null });
      }
      const prices = (
        await stripe.prices.list({
          lookup_keys: ['standard', 'pro'].map((plan) => `scrip:exactly-2024:${plan}:month`),
        })
      ).data.map(({ id }) => id);
      const [pack] = (await stripe.prices.list({ lookup_keys: ['scrip:exactly-2024:add_on_1000'] })).data;
      let laid = 0;
      const done: Record<string, number> = {};
      while (laid < HANDS) {
        for (const person of people) if (dice.roll(3) === 0) await live(person, dice);
        const bound = await db<{ stripe_customer_id: string }>('app.customers')
          .whereNotNull('stripe_customer_id')
          .pluck('stripe_customer_id');
        const at = Math.floor(Date.parse(await sandbox.now()) / 1000);
        for (let hand = 0; hand < HANDS_A_DAY && bound.length > 0; hand += 1) {
          const one = await layHand({ stripe, customers: bound, prices, pack: pack!.id, at }, dice);
          if (!one.done) continue;
          laid += 1;
          done[one.name] = (done[one.name] ?? 0) + 1;
        }
        await sandbox.advance({ by: 'P1D' });
        await check();
      }
      await sandbox.advance({ by: 'P2D' });
      await check();
      process.stderr.write(`\n${String(laid)} hands: ${JSON.stringify(done)}\n`);
    },
    Math.max(240_000, HANDS * 1_500),
  );

  async function check(): Promise<void> {
    const before = Math.floor(Date.parse(await sandbox.now()) / 1000) - COMPARED_AFTER_S;
    const everBound = (await db('app.stripe_bindings').pluck('stripe_customer_id')) as string[];
    for (const customer of everBound) {
      expect(await findLostCents({ stripe: sandbox.stripe, db, before }, customer)).toEqual([]);
    }
    const twice = await db('app.payments')
      .whereNotNull('subscription_id')
      .groupBy('subscription_id', 'period_start')
      .havingRaw('count(*) > 1')
      .select('subscription_id', 'period_start', db.raw('array_agg(id) AS ids'));
    const live = await db('app.subscriptions')
      .whereIn('status', ['active', 'past_due', 'paused'])
      .groupBy('customer_id')
      .havingRaw('count(*) > 1')
      .select('customer_id');
    const { body } = await sandbox.get('/v1/audit');
    expect({ twice, live, audit: body['ok'] }).toEqual({ twice: [], live: [], audit: true });
  }
});
