import {
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Logger } from './logger';

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The bundle made by the build, or the sources (slower to start). */
  readonly workflows:
    { readonly bundlePath: string } | { readonly bundleCode: string } | { readonly sourcePath: string };
  readonly activities: object;
}

/** The worker's connection, one per process. Throws when the server does not answer. */
export async function connectWorker(address: string): Promise<NativeConnection> {
  return NativeConnection.connect({ address });
}

/** A worker for one task queue, with the timings that a restart and a stop within ten seconds rest on. */
export async function createWorker(parts: WorkerParts): Promise<Worker> {
  return Worker.create({
    connection: parts.connection,
    namespace: parts.namespace,
    taskQueue: parts.taskQueue,
    activities: parts.activities,
    ...workflowOptionsOf(parts.workflows),
    // Long activities go on from what they wrote, so there is nothing to wait for.
    shutdownGraceTime: '500 milliseconds',
    shutdownForceTime: '6 seconds',
    // A wish to stop reaches an activity with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '1 second',
    defaultHeartbeatThrottleInterval: '1 second',
    // How long a task waits for a worker that died before another may have it.
    stickyQueueScheduleToStartTimeout: '5 seconds',
  });
}

/** Sends what the SDK and its core have to say to our log. Once per process, before the first worker. */
export function installTemporalRuntime(logger: Logger): void {
  const speak = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) =>
    logger[level](meta ?? {}, message);
  const to = {
    trace: speak('trace'),
    debug: speak('debug'),
    info: speak('info'),
    warn: speak('warn'),
    error: speak('error'),
  };
  Runtime.install({
    logger: {
      ...to,
      log: (level, message, meta) => to[level.toLowerCase() as keyof typeof to](message, meta),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
    },
  });
}

function workflowOptionsOf(
  workflows: WorkerParts['workflows'],
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  if ('bundlePath' in workflows) return { workflowBundle: { codePath: workflows.bundlePath } };
  if ('bundleCode' in workflows) return { workflowBundle: { code: workflows.bundleCode } };
  return { workflowsPath: workflows.sourcePath };
}
