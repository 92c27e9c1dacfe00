// First, because the rest does not run on old versions of Node.
import '../platform/require-node.cjs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from '@temporalio/worker';
import { createActivities } from '../activities';
import type { ActivityDeps } from '../activities/deps';
import { createJobNotices } from '../activities/spends/job-notices';
import { recordLateJob } from '../activities/spends/record-late-job';
import { instantOf } from '../domain/instants';
import { repeatChores } from '../chores/repeat';
import { TIMETABLE } from '../chores/timetable';
import { createJobs } from '../jobs/create-jobs';
import { createLedger } from '../ledger/ledger';
import { createObjectStore } from '../media/object-store-from-url';
import { createStripePayments } from '../payments/stripe-payments';
import { createClock } from '../platform/clock';
import { readConfig, type Config } from '../platform/config';
import { createDatabase } from '../platform/database';
import { refuseUnfitDatabaseAt } from '../platform/fit-database';
import { createLogger, type Logger } from '../platform/logger';
import { withOwnSecrets } from '../platform/own-secrets';
import { findPackageRoot } from '../platform/package-root';
import { createTemporalClient } from '../platform/temporal';
import {
  connectWorker,
  createWorker,
  installTemporalRuntime,
  type WorkerParts,
} from '../platform/temporal-worker';
import { allowancesOf } from '../store/allowances';
import { listenForJobs } from '../store/job-notices';
import { TASK_QUEUES } from '../workflows/messages';
import { endWith } from './end-with';

/** The worker: one process, two task queues, and what has to be done now and then. Ends when it is told to stop. */
async function main(): Promise<void> {
  const config = readConfig(withOwnSecrets('worker', process.env));
  await refuseUnfitDatabaseAt(config.databaseUrl);
  const logger = createLogger({ name: 'worker', level: config.logLevel });
  installTemporalRuntime(logger);
  const deps = createDeps(config, logger);
  const connection = await connectWorker(config.temporal.address);
  const parts = {
    connection,
    namespace: config.temporal.namespace,
    workflows: workflowsOfTheBuild(),
    activities: createActivities(deps),
  };
  const queues = [TASK_QUEUES.spends, TASK_QUEUES.subscriptions];
  const workers = await Promise.all(queues.map((taskQueue) => createWorker({ ...parts, taskQueue })));
  const stopChores = startChores(config, deps);
  const running = workers.map((worker) => runOrStopAll(worker, workers));
  process.stdout.write(`${JSON.stringify({ workerReady: true })}\n`);
  const results = await Promise.allSettled(running);
  await stopChores();
  await deps.ledger.close();
  await deps.db.destroy();
  await deps.temporal.connection.close();
  await connection.close();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  logger.info('stopped');
}

function createDeps(config: Config, logger: Logger): ActivityDeps {
  const { secretKey, apiUrl, webhookSecrets } = config.stripe;
  const db = createDatabase(config.databaseUrl, { applicationName: 'scrip-worker' });
  const clock = createClock(config);
  const allowances = allowancesOf(db, clock);
  // The worker verifies no webhooks, so nothing here asks for the time.
  const jobs = createJobs(config.jobs, () => instantOf(0));
  if (jobs.capabilities.noTrainings !== null)
    logger.warn(`Models cannot be trained: ${jobs.capabilities.noTrainings}`);
  return {
    db,
    ledger: createLedger({ databaseUrl: config.databaseUrl, allowancesOf: allowances }),
    allowancesOf: allowances,
    temporal: createTemporalClient(config.temporal),
    payments: createStripePayments({ secretKey, apiUrl, webhookSecrets }),
    jobs,
    jobSilenceMs: config.jobs.silenceMs,
    objectStore: createObjectStore(config.objectStoreUrl),
    clock,
    logger,
    jobNotices: createJobNotices(),
    publicUrl: config.publicUrl,
    urlSigningSecret: config.urlSigningSecret,
    erasureKey: config.erasureKey,
    trainerVersion: config.jobs.trainerVersion,
  };
}

/** What is done beside the workflows. Answers how to stop it. */
function startChores(config: Config, deps: ActivityDeps): () => Promise<void> {
  const report = (error: unknown, chore?: string) =>
    deps.logger.error({ err: error, chore }, 'a chore failed and is tried again');
  const stops = [
    listenForJobs(config.databaseUrl, {
      notice: (spendId) => {
        if (!deps.jobNotices.announce(spendId)) recordLateJob(deps, spendId).catch(report);
      },
      error: report,
    }),
    // In the sandbox whoever drives its clock carries the timetable out.
    ...(config.sandboxUrl === undefined ? [repeatChores(TIMETABLE, deps, report)] : []),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

function workflowsOfTheBuild(): WorkerParts['workflows'] {
  const bundlePath = join(findPackageRoot(), 'dist', 'workflow-bundle.js');
  return existsSync(bundlePath) ? { bundlePath } : { sourcePath: require.resolve('../workflows') };
}

/** When one worker fails the other stops too, so that the process ends and is started anew. */
async function runOrStopAll(worker: Worker, workers: readonly Worker[]): Promise<void> {
  try {
    await worker.run();
  } catch (error) {
    for (const other of workers) if (other.getState() === 'RUNNING') other.shutdown();
    throw error;
  }
}

main().catch(endWith);
