import { z } from 'zod';
import { systemClock } from '../../src/platform/clock';
import { startStripeSimulator } from './simulator';

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  STATE_FILE: z.string().min(1),
  SECRET_KEY: z.string().min(1),
  WEBHOOK_URL: z.url(),
  WEBHOOK_SECRET: z.string().min(1),
});

/** The simulator as a process of its own: says where it is in one line, and ends with 0 when it is told to. */
async function main(): Promise<void> {
  const env = environment.parse(process.env);
  const simulator = await startStripeSimulator({
    port: env.PORT,
    stateFile: env.STATE_FILE,
    secretKey: env.SECRET_KEY,
    webhookUrl: env.WEBHOOK_URL,
    webhookSecret: env.WEBHOOK_SECRET,
    now: () => systemClock.now(),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void simulator.close());
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
