import { randomBytes } from 'node:crypto';

type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets that only the other program uses: the API verifies Stripe's webhooks, the worker calls the job provider. */
const OF_THE_OTHER = {
  api: ['JOB_PROVIDER_TOKEN'],
  worker: ['STRIPE_WEBHOOK_SECRET'],
} as const;

/**
 * The environment of a program, with a random value for each missing secret that only the other program uses. So neither needs
 * the other's secrets, and the random value opens and verifies nothing.
 */
export function withOwnSecrets(program: keyof typeof OF_THE_OTHER, env: Environment): Environment {
  const missing = OF_THE_OTHER[program].filter((name) => (env[name] ?? '') === '');
  const unknown = () => `whsec_${randomBytes(24).toString('base64')}`;
  return { ...env, ...Object.fromEntries(missing.map((name) => [name, unknown()])) };
}
