import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startStripeSimulator } from '../../dev/stripe-simulator/simulator';
import { startStudio } from '../../dev/studio/start-studio';
import { findPort } from '../../dev/stack/ports';
import { seedHouseModels } from '../../dev/stack/seed';
import { systemClock } from '../../src/platform/clock';
import { createDatabase } from '../../src/platform/database';
import { createEmptyDatabase, type TestDatabase } from '../support/database';
import { required } from '../support/environment';

/** Servers that are somebody else's: an empty Postgres, Temporal without the namespace, Stripe, a job provider. */
export interface OutsideWorld {
  readonly database: TestDatabase;
  readonly publicUrl: string;
  /** What tells the API, the worker and the CLI about them. */
  readonly env: Readonly<Record<string, string>>;
  /** Gives the migrated database three public models, as if an artist had trained them. */
  seedModels(): Promise<void>;
  stop(): Promise<void>;
}

const STRIPE_SECRET_KEY = 'sk_test_outside';
const STRIPE_WEBHOOK_SECRET = 'whsec_outside';
const JOB_PROVIDER_TOKEN = 'outside';
const JOBS_WEBHOOK_SECRET = `whsec_${randomBytes(24).toString('base64')}`;

/** Starts them with their files in a folder; the port of the API is chosen, since they call it. */
export async function startOutsideWorld(folder: string): Promise<OutsideWorld> {
  const database = await createEmptyDatabase();
  const port = await findPort();
  const publicUrl = `http://127.0.0.1:${String(port)}`;
  const stripe = await startStripeSimulator({
    port: 0,
    stateFile: join(folder, 'stripe'),
    secretKey: STRIPE_SECRET_KEY,
    webhookUrl: `${publicUrl}/webhooks/stripe`,
    webhookSecret: STRIPE_WEBHOOK_SECRET,
    now: () => systemClock.now(),
  });
  const provider = await startStudio({
    port: 0,
    stateDir: join(folder, 'studio'),
    token: JOB_PROVIDER_TOKEN,
    webhookSecret: JOBS_WEBHOOK_SECRET,
  });
  return {
    database,
    publicUrl,
    env: {
      DATABASE_URL: database.appUrl,
      DATABASE_OWNER_URL: database.ownerUrl,
      TEMPORAL_ADDRESS: required('SCRIP_TEST_TEMPORAL_ADDRESS'),
      TEMPORAL_NAMESPACE: `outside-${randomBytes(8).toString('hex')}`,
      STRIPE_SECRET_KEY,
      STRIPE_API_URL: stripe.url,
      STRIPE_WEBHOOK_SECRET,
      JOB_PROVIDER_URL: provider.url,
      JOB_PROVIDER_TOKEN,
      JOBS_WEBHOOK_SECRET,
      OBJECT_STORE_URL: pathToFileURL(join(folder, 'objects')).href,
      URL_SIGNING_SECRET: 'outside',
      PUBLIC_URL: publicUrl,
      PORT: String(port),
    },
    async seedModels() {
      const db = createDatabase(database.appUrl);
      await seedHouseModels(db).finally(() => db.destroy());
    },
    async stop() {
      await provider.stop();
      await stripe.close();
      await database.drop();
    },
  };
}
