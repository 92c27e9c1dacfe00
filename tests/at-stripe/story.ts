import type Stripe from 'stripe';
import type { Answer, SandboxClient } from '../scenarios/sandbox-client';

/** A customer in the sandbox, to whose objects at Stripe somebody does something. */
export interface Story {
  readonly sandbox: SandboxClient;
  readonly stripe: Stripe;
  readonly customerId: string;
  /** Subscribes by a checkout that is paid at once. */
  readonly subscribe: (plan: 'standard' | 'pro', card?: string) => Promise<string>;
  /** The newest subscription, as the API shows it. */
  readonly subscription: () => Promise<Answer['body']>;
  /** The newest subscription at Stripe. */
  readonly atStripe: () => Promise<Stripe.Subscription>;
  readonly stripeCustomer: () => Promise<string>;
  readonly available: () => Promise<number>;
  /** The alarms about one of these ids, as `kind subject`. */
  readonly alarms: (...subjects: readonly string[]) => Promise<readonly string[]>;
  readonly buyPack: (card?: string) => Promise<Answer>;
  /** The newest invoice of the subscription. */
  readonly latestInvoice: () => Promise<Stripe.Invoice>;
  /** The price at Stripe of something of the catalog. */
  readonly price: (item: 'standard:month' | 'pro:month' | 'add_on_1000') => Promise<Stripe.Price>;
}

export const CARD = '4242424242424242';

let stories = 0;

/** The id behind a reference of Stripe's, which is an id or the object itself. */
export function idOf(reference: string | { readonly id: string } | null | undefined): string {
  if (typeof reference === 'string') return reference;
  if (reference === null || reference === undefined) throw new Error('Stripe gave no reference');
  return reference.id;
}

export async function beginStory(sandbox: SandboxClient): Promise<Story> {
  const { stripe } = sandbox;
  const answer = await sandbox.post('/v1/customers', { externalId: `at-stripe-${String((stories += 1))}` });
  const customerId = String(answer.body['id']);
  let subscriptionId = '';

  const stripeCustomer = async (): Promise<string> => {
    for await (const customer of stripe.customers.list({ limit: 100 })) {
      if (customer.metadata['scrip_customer'] === customerId) return customer.id;
    }
    throw new Error(`${customerId} is not at Stripe`);
  };
  const atStripe = async (): Promise<Stripe.Subscription> => {
    const { data } = await stripe.subscriptions.list({ customer: await stripeCustomer(), status: 'all' });
    const [newest] = data;
    if (newest === undefined) throw new Error(`${customerId} has no subscription at Stripe`);
    return newest;
  };

  return {
    sandbox,
    stripe,
    customerId,
    async subscribe(plan, card = CARD) {
      const request = { customerId, plan, interval: 'month', collection: 'checkout' };
      const opened = await sandbox.post('/v1/subscriptions', request);
      if (opened.status !== 201) throw new Error(`subscribing was answered ${JSON.stringify(opened)}`);
      subscriptionId = String(opened.body['id']);
      await sandbox.payCheckout(String(opened.body['checkoutUrl']), card);
      return subscriptionId;
    },
    subscription: async () => (await sandbox.get(`/v1/subscriptions/${subscriptionId}`)).body,
    atStripe,
    stripeCustomer,
    async available() {
      return Number((await sandbox.get(`/v1/customers/${customerId}/balance`)).body['available']);
    },
    async alarms(...subjects) {
      const found: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { body } = await sandbox.get(`/v1/alarms?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
        const alarms = body['data'] as readonly { kind: string; subject: string }[];
        found.push(
          ...alarms
            .filter(({ subject }) => subjects.includes(subject))
            .map((one) => `${one.kind} ${one.subject}`),
        );
        cursor = body['nextCursor'] as string | null;
      }
      return found.sort();
    },
    async buyPack(card = CARD) {
      const order = await sandbox.post('/v1/add-ons', { customerId, quantity: 1 });
      if (order.status === 201) await sandbox.payCheckout(String(order.body['checkoutUrl']), card);
      return order;
    },
    async latestInvoice() {
      const { data } = await stripe.invoices.list({ subscription: (await atStripe()).id });
      const [newest] = data;
      if (newest === undefined) throw new Error('there is no invoice');
      return newest;
    },
    async price(item) {
      const { data } = await stripe.prices.list({ lookup_keys: [`scrip:exactly-2024:${item}`] });
      const [price] = data;
      if (price === undefined) throw new Error(`${item} has no price at Stripe`);
      return price;
    },
  };
}
