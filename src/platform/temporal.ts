import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
}

/** A typed search attribute as `defineSearchAttributeKey` makes it. */
export interface SearchAttribute {
  readonly name: string;
  readonly type: SearchAttributeType;
}

/** The numbers of `IndexedValueType` in Temporal's API. */
const INDEXED_VALUE_TYPES: Readonly<Record<SearchAttributeType, number>> = {
  TEXT: 1,
  KEYWORD: 2,
  INT: 3,
  DOUBLE: 4,
  BOOL: 5,
  DATETIME: 6,
  KEYWORD_LIST: 7,
};

const GRPC = { notFound: 5, alreadyExists: 6, unimplemented: 12 } as const;
const CACHE_REFRESH_MS_MAX = 20_000;

/** One client per process. It connects at its first call, so that a process starts also while Temporal is down. */
export function createTemporalClient({ address, namespace }: TemporalAddress): Client {
  return new Client({ connection: Connection.lazy({ address, connectTimeout: '5s' }), namespace });
}

/** Whether a workflow is running now. False for one that has ended and for one that the server does not know (any more). */
export async function isWorkflowRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/**
 * Creates the namespace and its search attributes where they are missing and returns when they can be used. Safe to
 * repeat and to run in several processes at once. Closed workflows are kept for `retentionDays`: enough to look back,
 * and nothing rests on it.
 */
export async function prepareNamespace(
  { address, namespace }: TemporalAddress,
  searchAttributes: readonly SearchAttribute[],
  retentionDays = 30,
): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '10s' });
  try {
    await registerNamespace(connection, namespace, retentionDays);
    await registerSearchAttributes(connection, namespace, searchAttributes);
  } finally {
    await connection.close();
  }
}

async function registerNamespace(connection: Connection, namespace: string, retentionDays: number) {
  const workflowExecutionRetentionPeriod = msToTs(retentionDays * 86_400_000);
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  } catch (error) {
    // The time-skipping server takes every namespace as it comes and registers none.
    const isThere = hasGrpcCode(error, GRPC.alreadyExists) || hasGrpcCode(error, GRPC.unimplemented);
    if (!isThere) throw error;
  }
}

async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
  searchAttributes: readonly SearchAttribute[],
): Promise<void> {
  const wanted = searchAttributes.map(({ name, type }) => [name, INDEXED_VALUE_TYPES[type]] as const);
  // Adding what is already there changes nothing; the same name with another type is refused.
  await whileUnknownNamespace(() =>
    connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(wanted),
    }),
  );
}

/** The server's frontends learn of a new namespace a little later than the one that registered it. */
async function whileUnknownNamespace(run: () => Promise<unknown>): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += 200) {
    try {
      await run();
      return;
    } catch (error) {
      if (!hasGrpcCode(error, GRPC.notFound) || waitedMs >= CACHE_REFRESH_MS_MAX) throw error;
      await delay(200);
    }
  }
}

function hasGrpcCode(error: unknown, code: number): boolean {
  if (!isGrpcServiceError(error)) return false;
  const actual: number = error.code;
  return actual === code;
}
