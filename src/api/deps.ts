import type { Client } from '@temporalio/client';
import type { Knex } from 'knex';
import type { Jobs } from '../jobs/jobs';
import type { Ledger } from '../ledger/commands';
import type { ObjectStore } from '../media/object-store';
import type { PictureDesk } from '../media/picture-desk';
import type { Turns } from '../media/turns';
import type { Payments } from '../payments/payments';
import type { Clock } from '../platform/clock';
import type { TemporalUi } from '../platform/temporal-ui';
import type { AllowancesOf } from '../store/allowances';
import type { HttpDeps } from './http/deps';
import type { InFlight } from './http/in-flight';
import type { OpenApi } from './http/openapi-document';
import type { SpendWatch } from './operations/spends/spend-watch';

/** All that the operations use; src/main/api.ts and create-api.ts put it together. */
export interface ApiDeps extends HttpDeps {
  readonly db: Knex;
  readonly ledger: Ledger;
  /** What the ledger grants first with a customer's next command; reads add it. */
  readonly allowancesOf: AllowancesOf;
  readonly temporal: Client;
  /** Undefined where it is not known: then nothing links to it. */
  readonly temporalUi: TemporalUi | undefined;
  readonly payments: Payments;
  readonly jobs: Jobs;
  readonly objectStore: ObjectStore;
  /** Uploads take a turn here before their bodies are read (upload-door.ts). */
  readonly uploadTurns: Turns;
  readonly pictureDesk: PictureDesk;
  readonly clock: Clock;
  /** Spends and orders that are being answered, by id: a concurrent repeat waits for the first answer. */
  readonly inFlight: InFlight;
  readonly spendWatch: SpendWatch;
  /** Wakes the customer's automatic top-up when fewer credits are available than they want. A hint: it never throws. */
  noticeCredits(customerId: string, available: number): Promise<void>;
  /** Aborted when the process ends: whoever waits is answered with what is known then. */
  readonly closing: AbortSignal;
  /** The description of this very API; createApi makes it of the routes. */
  readonly openApi: OpenApi;
  /** Checks the short-lived links to uploaded pictures. */
  readonly urlSigningSecret: string;
  /** Keys the hash by which somebody who was erased is recognised (src/platform/config.ts). */
  readonly erasureKey: string;
}
