import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Knex } from 'knex';
import { z } from 'zod';
import { createClock, type Clock } from '../../platform/clock';
import { findWrongVariables, refuse } from '../../platform/config';
import { createDatabase } from '../../platform/database';
import { refuseUnfitDatabase } from '../../platform/fit-database';
import { withoutShellExports } from '../../platform/shell-exports';
import { createTemporalUi, type TemporalUi } from '../../platform/temporal-ui';

const optional = z.string().nullish();

/** The members of a running stack's dev.json that the program uses. */
const devSchema = z.object({
  apiUrl: optional,
  apiKey: optional,
  operatorKey: optional,
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

/** Where the parts of the system are: as the environment says, else those of the running embedded stack. */
export interface Surroundings {
  /** Where Stripe and customers reach the API. */
  publicUrl(): string;
  /** As the application's role. */
  databaseUrl(): string;
  databaseOwnerUrl(): string;
  temporal(): { readonly address: string; readonly namespace: string };
  /** Undefined where the address of the Web UI is unknown: then nothing links to it. */
  temporalUi(): TemporalUi | undefined;
  stripe(): { readonly secretKey: string; readonly apiUrl: string | undefined };
  /** Wall time, or the sandbox's. */
  clock(): Clock;
  /** Everything that is known; all of it is optional. */
  known(): Known;
}

/** What `scrip env` can export to a shell. */
export interface Known {
  readonly apiUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly operatorKey: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string | undefined;
  readonly temporalUiUrl: string | undefined;
  /** The Temporal CLI that the stack runs; undefined when it uses another Temporal server. */
  readonly temporalBinary: string | undefined;
  readonly stripeUrl: string | undefined;
  readonly stripeSecretKey: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment and `$SCRIP_HOME/dev.json`. Throws when a variable is wrong; each answer throws an error for people
 * when neither has it.
 */
export function findSurroundings(environment: Environment = process.env): Surroundings {
  refuse(findWrongVariables(environment));
  const env = withoutShellExports(environment);
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
      // An environment that names another server does not mean the UI of the stack.
      const isOfStack = address === undefined || address === dev.temporalAddress;
      const url = given('TEMPORAL_UI_URL') ?? (isOfStack ? dev.temporalUiUrl : undefined) ?? undefined;
      if (url === undefined) return undefined;
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
    publicUrl: () => need('PUBLIC_URL', given('PUBLIC_URL') ?? dev.apiUrl),
    known: () => ({
      apiUrl: dev.apiUrl ?? given('PUBLIC_URL'),
      apiKey: dev.apiKey ?? undefined,
      operatorKey: dev.operatorKey ?? undefined,
      databaseUrl: databaseUrl ?? dev.databaseUrl ?? undefined,
      temporalAddress: given('TEMPORAL_ADDRESS') ?? dev.temporalAddress ?? undefined,
      temporalNamespace: given('TEMPORAL_NAMESPACE') ?? dev.temporalNamespace ?? undefined,
      temporalUiUrl: given('TEMPORAL_UI_URL') ?? dev.temporalUiUrl ?? undefined,
      temporalBinary: (dev.temporalUiUrl ?? null) === null ? undefined : findBinary(home),
      stripeUrl: given('STRIPE_API_URL') ?? dev.stripeUrl ?? undefined,
      stripeSecretKey: given('STRIPE_SECRET_KEY') ?? dev.stripeSecretKey ?? undefined,
    }),
    clock: () => createClock({ sandboxUrl: given('SANDBOX_URL') ?? dev.sandboxUrl ?? undefined }),
  };
}

/** Opens the database, uses it and closes it. Throws before anything is done when this code cannot work on it. */
export async function withDatabase<Result>(url: string, use: (db: Knex) => Promise<Result>): Promise<Result> {
  const db = createDatabase(url, { applicationName: 'scrip-cli', connectionsMax: 2 });
  try {
    await refuseUnfitDatabase(db);
    return await use(db);
  } finally {
    await db.destroy();
  }
}

/**
 * As `withDatabase`, for what the application's role may not do: create keys, publish a catalog. Throws before anything is done
 * when the URL is not the owner's.
 */
export function withOwner<Result>(
  surroundings: Surroundings,
  use: (db: Knex) => Promise<Result>,
): Promise<Result> {
  return withDatabase(surroundings.databaseOwnerUrl(), async (db) => {
    const { rows } = await db.raw<{ rows: { role: string; may: boolean }[] }>(
      `SELECT current_user AS role, has_table_privilege('app.api_keys', 'INSERT')
         AND has_table_privilege('app.catalogs', 'INSERT') AS may`,
    );
    const [asked] = rows;
    if (asked?.may === true) return use(db);
    throw new Error(
      `The role ${String(asked?.role)} may only read API keys and the catalog: ` +
        'set DATABASE_OWNER_URL to the role that owns the schema.',
    );
  });
}

/** The Temporal CLI that the embedded stack runs, which it puts there. */
function findBinary(home: string): string | undefined {
  const file = resolve(home, 'bin', 'temporal');
  return existsSync(file) ? file : undefined;
}

/** Reads dev.json; empty when the stack is not running, because a stack that was killed leaves its file behind. */
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
    // A process of another user may not be signalled, but it exists.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
