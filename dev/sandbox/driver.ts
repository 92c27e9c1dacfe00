import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Instant } from '../../src/domain/instants';
import type { Logger } from '../../src/platform/logger';
import { connectWorker } from '../../src/platform/temporal-worker';
import { createWorker } from '../../src/platform/temporal-worker';
import type { TimeServer } from './time-server';
import { drive, pokeSignal, type Tick } from './workflows';

export interface Driver {
  /** Something became due earlier than was known. */
  poke(): Promise<void>;
  /** Resolves when everything has been carried out that was due when it was called. */
  catchUp(): Promise<void>;
  /** Rejects when the clock can no longer be driven. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export const DRIVER_WORKFLOW_ID = 'sandbox/clock';
const TASK_QUEUE = 'sandbox-clock';
const RETRY_PAUSES_MS = [100, 500, 2_000];

/** Starts the workflow that drives the clock, and the worker that it runs on. `carryOutDue` answers when more is due. */
export async function startDriver(parts: {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  readonly timeServer: TimeServer;
  readonly logger: Logger;
  readonly carryOutDue: (now: Instant) => Promise<Instant | null>;
}): Promise<Driver> {
  const { client, address, namespace, timeServer, logger, carryOutDue } = parts;
  const waiting: (() => void)[] = [];
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);

  const tick: Tick = async () => {
    // Only who was here before this tick began knows that it did what was due.
    const answered = waiting.splice(0);
    const next = await patiently(async () => carryOutDue(await timeServer.now())).catch((error: unknown) => {
      fail(new Error('What was due in the sandbox cannot be carried out', { cause: error }));
      throw error;
    });
    for (const answer of answered) answer();
    return next;
  };

  const connection = await connectWorker(address);
  const worker = await createWorker({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflows: { sourcePath: require.resolve('./workflows') },
    activities: { tick },
  });
  const running = worker.run();
  running.catch(fail);
  const handle = await client.workflow.start(drive, {
    workflowId: DRIVER_WORKFLOW_ID,
    taskQueue: TASK_QUEUE,
  });
  logger.info('the clock is driven');

  const poke = () => handle.signal(pokeSignal);
  return {
    poke,
    async catchUp() {
      const done = new Promise<void>((resolve) => waiting.push(resolve));
      await poke();
      await Promise.race([done, failed]);
    },
    failed,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(() => undefined);
      await connection.close();
    },
  };
}

async function patiently<T>(run: () => Promise<T>): Promise<T> {
  for (const pauseMs of RETRY_PAUSES_MS) {
    try {
      return await run();
    } catch {
      await delay(pauseMs);
    }
  }
  return run();
}
