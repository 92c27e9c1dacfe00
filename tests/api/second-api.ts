import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endingWithParent } from '../../dev/stack/end-with-parent';
import { stopProcess } from '../../dev/stack/launch';
import { startProcess } from '../../dev/stack/started-process';
import { findPackageRoot } from '../../src/platform/package-root';
import type { TestStack } from '../support/start-stack';
import { createApiClient, type ApiClient } from './api-client';

/** Another process of the API beside that of a stack, as behind a load balancer; `also` is told to it besides. */
export async function startSecondApi(
  stack: Pick<TestStack, 'dev' | 'home'>,
  also: Readonly<Record<string, string>> = {},
): Promise<{ readonly api: ApiClient; readonly stop: () => Promise<unknown> }> {
  const file = join(findPackageRoot(), 'dist/src/main/api.js');
  const launch = { file: process.execPath, args: [file], env: { ...environment(stack), ...also } };
  const second = startProcess(endingWithParent(launch, 'TERM'), join(stack.home, 'second-api.log'));
  const { listening } = await second.lineWith('listening');
  return {
    api: await createApiClient({ ...stack.dev, apiUrl: String(listening) }),
    stop: () => stopProcess(second.child, 'SIGTERM', 10_000),
  };
}

function environment({ dev, home }: Pick<TestStack, 'dev' | 'home'>): Record<string, string> {
  return {
    DATABASE_URL: dev.databaseUrl,
    TEMPORAL_ADDRESS: dev.temporalAddress,
    TEMPORAL_NAMESPACE: dev.temporalNamespace,
    TEMPORAL_UI_URL: dev.temporalUiUrl!,
    STRIPE_SECRET_KEY: dev.stripeSecretKey,
    STRIPE_API_URL: dev.stripeUrl!,
    STRIPE_WEBHOOK_SECRET: dev.stripeWebhookSecret,
    JOB_PROVIDER_URL: dev.studioUrl!,
    JOB_PROVIDER_TOKEN: 'of the worker',
    JOBS_WEBHOOK_SECRET: dev.jobsWebhookSecret,
    OBJECT_STORE_URL: pathToFileURL(join(home, 'objects')).href,
    URL_SIGNING_SECRET: 'of the other process',
    PUBLIC_URL: dev.apiUrl,
    HOST: '127.0.0.1',
    PORT: '0',
  };
}
