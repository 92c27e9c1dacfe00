import { z } from 'zod';
import { startCog } from './start-cog';
import { startReplicate } from './start-replicate';

const environment = z.object({
  KIND: z.enum(['cog', 'replicate']),
  PORT: z.coerce.number().int().min(0).max(65_535),
  TOKEN: z.string().default(''),
  WEBHOOK_SECRET: z.string().default(''),
});

/** Runs a stand-in as a process: says where it is once it answers, and stops on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const { KIND, PORT, TOKEN, WEBHOOK_SECRET } = environment.parse(process.env);
  const provider =
    KIND === 'cog'
      ? await startCog({ port: PORT })
      : await startReplicate({ port: PORT, token: TOKEN, webhookSecret: WEBHOOK_SECRET });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void provider.stop());
  process.stdout.write(`${JSON.stringify({ url: provider.url })}\n`);
}

void main();
