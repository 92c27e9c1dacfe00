import { z } from 'zod';
import { startStudio } from './start-studio';

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  STATE_DIR: z.string().min(1),
  TOKEN: z.string().min(1),
  WEBHOOK_SECRET: z.string().min(1),
});

/** Runs the studio as a process: says where it is once it answers, and stops on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const { PORT, STATE_DIR, TOKEN, WEBHOOK_SECRET } = environment.parse(process.env);
  const studio = await startStudio({
    port: PORT,
    stateDir: STATE_DIR,
    token: TOKEN,
    webhookSecret: WEBHOOK_SECRET,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void studio.stop());
  process.stdout.write(`${JSON.stringify({ url: studio.url })}\n`);
}

void main();
