import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startStripeSimulator } from '../../dev/stripe-simulator/simulator';
import { systemClock } from '../../src/platform/clock';
import { createStripePayments } from '../../src/payments/stripe-payments';

describe('a simulator that nobody drives', () => {
  it('delivers webhooks by itself, and again after a failure', async () => {
    const statuses: number[] = [];
    const endpoint = createServer((_, res) => {
      res.statusCode = statuses.length === 0 ? 500 : 200;
      statuses.push(res.statusCode);
      res.end(() => statuses.length === 2 && endpoint.emit('delivered'));
    });
    endpoint.listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    const simulator = await startStripeSimulator({
      port: 0,
      stateFile: null,
      secretKey: 'sk_test_timer',
      webhookUrl: `http://127.0.0.1:${String((endpoint.address() as AddressInfo).port)}`,
      webhookSecret: 'whsec_timer',
      now: () => systemClock.now(),
    });
    const payments = createStripePayments({
      secretKey: 'sk_test_timer',
      apiUrl: simulator.url,
      webhookSecrets: [],
    });
    const delivered = once(endpoint, 'delivered');

    const stripeCustomerId = await payments.createCustomer({ customerId: 'cus_1', email: null, name: null });
    const amount = { amountMinor: 9000, currency: 'usd' };
    await payments.chargeOffSession({
      operationId: 'top-up:1',
      customerId: 'cus_1',
      stripeCustomerId,
      orderId: 'ord_1',
      paymentMethodId: 'pm_card_visa',
      amount,
      description: '1,000 credits',
    });

    await delivered;
    expect(statuses).toEqual([500, 200]);
    await simulator.close();
    endpoint.closeAllConnections();
    endpoint.close();
  });
});
