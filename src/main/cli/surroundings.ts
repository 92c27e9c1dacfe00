import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { z } from 'zod';
import { createClock, type Clock } from '../../platform/clock';
import { createDatabase } from '../../platform/database';
import { createTemporalUi, type TemporalUi } from '../../platform/temporal-ui';

const optional = z.string().nullish();

/** The members of a running stack's dev.json that the program uses. */
const devSchema = z.object({
  databaseUrl: optional,
  databaseOwnerUrl: optional,
  temporalAddress: optional,
  temporalNamespace: optional,
  temporalUiUrl: optional,
  stripeUrl: optional,
  stripeSecretKey: optional,
  sandboxUrl: optional,
  pids: z.object({ stack: z.int().positive() }).optional(),
});

/** Where the parts are: what the environment names, else the running embedded stack. */
export interface Surroundings {
  /** As the application's role. */
  databaseUrl(): string;
  databaseOwnerUrl(): string;
  temporal(): { readonly address: string; readonly namespace: string };
  /** Undefined where nobody says where the Web UI is: then nothing links to it. */
  temporalUi(): TemporalUi | undefined;
  stripe(): { readonly secretKey: string; readonly apiUrl: string | undefined };
  /** Wall time, or the sandbox's. */
  clock(): Clock;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment and `$SCRIP_HOME/dev.json`; each answer throws an error for people when neither has it. */
export function findSurroundings(env: Environment = process.env): Surroundings {
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const home = given('SCRIP_HOME') ?? '.scrip';
  const dev = readDevFile(join(home, 'dev.json'));
  const need = (name: string, value: string | null | undefined): string => {
    if (value !== undefined && value !== null) return value;
    throw new Error(`No stack is running in ${home}, and ${name} is not set.`);
  };
  const databaseUrl = given('DATABASE_URL');
  const namespace = given('TEMPORAL_NAMESPACE') ?? dev.temporalNamespace ?? 'default';
  return {
    databaseUrl: () => need('DATABASE_URL', databaseUrl ?? dev.databaseUrl),
    databaseOwnerUrl: () =>
      need('DATABASE_OWNER_URL', given('DATABASE_OWNER_URL') ?? databaseUrl ?? dev.databaseOwnerUrl),
    temporal: () => ({
      address: need('TEMPORAL_ADDRESS', given('TEMPORAL_ADDRESS') ?? dev.temporalAddress),
      namespace,
    }),
    temporalUi() {
      const address = given('TEMPORAL_ADDRESS');
      // Who names another server does not mean the UI of the stack.
      const isOfStack = address === undefined || address === dev.temporalAddress;
      const url = given('TEMPORAL_UI_URL') ?? (isOfStack ? dev.temporalUiUrl : undefined) ?? undefined;
      if (url === undefined) return undefined;
      if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
        throw new Error(
          `TEMPORAL_UI_URL must be an address like http://127.0.0.1:8233, not ${JSON.stringify(url)}.`,
        );
      }
      return createTemporalUi(url, namespace);
    },
    stripe() {
      const secretKey = given('STRIPE_SECRET_KEY');
      if (secretKey !== undefined) return { secretKey, apiUrl: given('STRIPE_API_URL') };
      return {
        secretKey: need('STRIPE_SECRET_KEY', dev.stripeSecretKey),
        apiUrl: dev.stripeUrl ?? undefined,
      };
    },
    clock: () => createClock({ sandboxUrl: given('SANDBOX_URL') ?? dev.sandboxUrl ?? undefined }),
  };
}

/** Does something with the database, on one connection, and closes it. */
export async function withDatabase<Result>(url: string, use: (db: Knex) => Promise<Result>): Promise<Result> {
  const db = createDatabase(url, { applicationName: 'scrip-cli', connectionsMax: 2 });
  try {
    return await use(db);
  } finally {
    await db.destroy();
  }
}

/** A stack that was killed leaves its file behind: what it says is true only as long as the stack is there. */
function readDevFile(file: string): z.output<typeof devSchema> {
  try {
    const dev = devSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return dev.pids === undefined || isThere(dev.pids.stack) ? dev : {};
  } catch {
    return {};
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be asked, but it is one.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
