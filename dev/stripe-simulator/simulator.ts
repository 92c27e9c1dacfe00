import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import type { Clock } from '../../src/platform/clock';
import { carryOutDue, nextDueAt, type DueDeps } from './due';
import { createApi } from './http/api';
import { createHttpServer } from './http/server';
import { keepOwnEndpoint } from './objects/webhook-endpoint';
import { OPERATIONS } from './operations';
import { openStore } from './store';
import { startTimer } from './timer';
import type { Work } from './work';

export interface StripeSimulatorOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where everything is kept, so that it survives even a kill; null keeps it in memory. */
  readonly stateFile: string | null;
  readonly secretKey: string;
  /** The endpoint that is there from the beginning, signed with `webhookSecret`; null: none but what is made. */
  readonly webhookUrl: string | null;
  readonly webhookSecret: string;
  readonly now: Clock['now'];
  /**
   * Who calls `carryOutDue`. Absent: a timer of the simulator's own, on wall time. Given: its caller, who is told before
   * the answer to any request that made something come due earlier than before.
   */
  readonly onEarlierDue?: ((next: Instant) => Promise<void>) | undefined;
}

export interface StripeSimulator {
  readonly url: string;
  /** Does everything that is due by `now`, webhooks included; answers when the next thing is, null for never. */
  carryOutDue(now: Instant): Promise<Instant | null>;
  /** When anything first happened since an instant (null: since ever); null when nothing has. */
  readonly firstEventSince: (since: Instant | null) => Instant | null;
  close(): Promise<void>;
}

/**
 * Starts a server on loopback that speaks the part of Stripe's API that Scrip uses, in the shapes of the pinned version.
 * Whatever it answered is durable. One at a time may use a state file.
 */
export async function startStripeSimulator(options: StripeSimulatorOptions): Promise<StripeSimulator> {
  const store = openStore(options.stateFile);
  let baseUrl = '';
  const workAt = (at: number, request: Work['request'] = null): Work => ({
    tables: store.tables,
    at,
    baseUrl,
    request,
  });
  const beginWork = async (request: Work['request']): Promise<Work> =>
    workAt(Math.floor(epochMsOf(await options.now()) / 1000), request);
  const startedAt = Math.floor(epochMsOf(await options.now()) / 1000);
  store.transact(() => keepOwnEndpoint(store.tables, options.webhookUrl, options.webhookSecret, startedAt));
  const due: DueDeps = { store, workAt };
  let known: Instant | null = null;
  const carryOut = oneAtATime(async (now: Instant) => {
    known = await carryOutDue(due, now);
    return known;
  });
  const timer = options.onEarlierDue === undefined ? startTimer(options.now, carryOut) : null;
  const server = createHttpServer({
    store,
    beginWork,
    answerApi: createApi({ store, beginWork, secretKey: options.secretKey, operations: OPERATIONS }),
    async beforeAnswer() {
      const next = nextDueAt(due);
      const earlier = next !== null && (known === null || next < known);
      known = next;
      if (!earlier) return;
      timer?.wake();
      await options.onEarlierDue?.(next);
    },
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  timer?.wake();
  return {
    url: baseUrl,
    carryOutDue: carryOut,
    firstEventSince(since) {
      const events = store.tables.list('event');
      const from = since === null ? 0 : epochMsOf(since) / 1000;
      const first = events[events.findLastIndex(({ created }) => created < from) + 1];
      return first === undefined ? null : instantOf(first.created * 1000);
    },
    async close() {
      timer?.stop();
      server.close();
      server.closeAllConnections();
      await carryOut.idle();
      store.close();
    },
  };
}

type Serialized<A, R> = ((argument: A) => Promise<R>) & { idle(): Promise<void> };

/** Lets the calls of a function wait for each other. */
function oneAtATime<A, R>(run: (argument: A) => Promise<R>): Serialized<A, R> {
  let last: Promise<unknown> = Promise.resolve();
  const call = (argument: A): Promise<R> => {
    const result = last.then(() => run(argument));
    last = result.catch(() => undefined);
    return result;
  };
  return Object.assign(call, {
    idle: async () => {
      await last;
    },
  });
}
