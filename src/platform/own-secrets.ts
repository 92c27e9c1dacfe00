import { randomBytes } from 'node:crypto';

type Environment = Readonly<Record<string, string | undefined>>;

/** The API alone verifies Stripe's webhooks, the worker alone speaks to the job provider. */
const OF_THE_OTHER = {
  api: ['JOB_PROVIDER_TOKEN'],
  worker: ['STRIPE_WEBHOOK_SECRET'],
} as const;

/**
 * The environment of a program, which need not be told the secrets that only the other one uses: in the place of each
 * that is missing stands one that nobody knows, and that therefore opens and verifies nothing.
 */
export function withOwnSecrets(program: keyof typeof OF_THE_OTHER, env: Environment): Environment {
  const missing = OF_THE_OTHER[program].filter((name) => (env[name] ?? '') === '');
  const unknown = () => `whsec_${randomBytes(24).toString('base64')}`;
  return { ...env, ...Object.fromEntries(missing.map((name) => [name, unknown()])) };
}
