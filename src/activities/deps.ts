import type { Client } from '@temporalio/client';
import type { Knex } from 'knex';
import type { Jobs } from '../jobs/jobs';
import type { Ledger } from '../ledger/commands';
import type { ObjectStore } from '../media/object-store';
import type { Payments } from '../payments/payments';
import type { Clock } from '../platform/clock';
import type { Logger } from '../platform/logger';
import type { AllowancesOf } from '../store/allowances';
import type { JobNotices } from './spends/job-notices';

/** All that the activities use; src/main/worker.ts puts it together. */
export interface ActivityDeps {
  readonly db: Knex;
  readonly ledger: Ledger;
  /** What the ledger grants first with a customer's next command; reads add it. */
  readonly allowancesOf: AllowancesOf;
  /** For hints from one workflow to another that the first must not wait for. */
  readonly temporal: Client;
  readonly payments: Payments;
  readonly jobs: Jobs;
  readonly objectStore: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly jobNotices: JobNotices;
  /** Where customers, Stripe and the job provider reach the API; without a slash at the end. */
  readonly publicUrl: string;
  /** Signs the short-lived links by which the job provider reads uploaded pictures. */
  readonly urlSigningSecret: string;
  /** Keys the hash by which somebody who was erased is recognised (src/platform/config.ts). */
  readonly erasureKey: string;
  /** After so long without a word of the provider about a job it is asked after, and a person is told, in ms. */
  readonly jobSilenceMs: number;
  /** What trains a model at the job provider. */
  readonly trainerVersion: string;
}
