import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './state-file';

/** What the parts of one stack share with each other and with nobody else; made at the first start. */
export interface Secrets {
  readonly ownerPassword: string;
  readonly appPassword: string;
  readonly stripeSecretKey: string;
  readonly stripeWebhookSecret: string;
  readonly studioToken: string;
  readonly jobsWebhookSecret: string;
  readonly urlSigningSecret: string;
  /** The keys to the API, so that a second start shows the same. They are stored hashed in the database. */
  readonly apiKey: string | null;
  readonly operatorKey: string | null;
}

const text = z.string().min(1);
const secretsSchema = z.object({
  ownerPassword: text,
  appPassword: text,
  stripeSecretKey: text,
  stripeWebhookSecret: text,
  studioToken: text,
  jobsWebhookSecret: text,
  urlSigningSecret: text,
  apiKey: text.nullable(),
  operatorKey: text.nullable(),
});

/** The secrets of the first start, or new ones when this is it. Throws when the file is there and cannot be used. */
export async function readOrMakeSecrets(file: string): Promise<Secrets> {
  const stored = await readJsonFile(file);
  if (stored !== undefined) return secretsSchema.parse(stored);
  const secrets: Secrets = {
    ownerPassword: random(),
    appPassword: random(),
    stripeSecretKey: `sk_test_${random()}`,
    stripeWebhookSecret: `whsec_${random()}`,
    studioToken: random(),
    // Standard Webhooks: the prefix and the bytes in base64.
    jobsWebhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    urlSigningSecret: random(),
    apiKey: null,
    operatorKey: null,
  };
  await writeJsonFile(file, secrets);
  return secrets;
}

/** Letters and digits only, so that it stands in a URL as it is. */
function random(): string {
  return randomBytes(24).toString('hex');
}
