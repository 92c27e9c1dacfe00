#!/usr/bin/env node
import { DomainError } from '../domain/errors';
import { runAudit } from './cli/audit';
import { runCatalog } from './cli/catalog';
import { UsageError } from './cli/command';
import { runCustomers } from './cli/customers';
import { runKeys } from './cli/keys';
import { runMigrate } from './cli/migrate';
import { runReconcile } from './cli/reconcile';
import { runTemporal } from './cli/temporal';

const COMMANDS = {
  migrate: runMigrate,
  keys: runKeys,
  catalog: runCatalog,
  customers: runCustomers,
  audit: runAudit,
  reconcile: runReconcile,
  temporal: runTemporal,
} as const;

const USAGE = `Usage: scrip <command>

  migrate                                    update the database schema, as its owner
  keys create --name NAME [--scope SCOPE]…   create an API key; scopes: customer (default), operator
  keys list                                  list the API keys
  keys revoke ID                             revoke an API key
  catalog validate FILE                      check a catalog file; needs no database
  catalog diff FILE                          compare a catalog file with the current catalog
  catalog publish FILE                       publish it as the current catalog and create its prices at Stripe
  customers import FILE.csv [--dry-run] [--json]
                                             import subscribers with a monthly allowance: all of them, or none when
                                             any line is bad
  audit [--customer ID] [--json]             check the ledger; exits with 1 if any check fails
  reconcile [--json]                         compare with Stripe and repair; exits with 1 while there are alarms
  temporal setup                             create the Temporal namespace and its search attributes

Commands use the running embedded stack (found in SCRIP_HOME, default .scrip), or what these variables name:
DATABASE_URL, DATABASE_OWNER_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, STRIPE_SECRET_KEY.`;

/** The operator's command line. Answers the exit code, 2 for wrong usage. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) throw new UsageError('A command is missing.');
  if (name === 'help' || [name, ...args].some((word) => word === '--help' || word === '-h')) {
    console.log(USAGE);
    return 0;
  }
  if (!isCommand(name)) throw new UsageError(`Unknown command ${JSON.stringify(name)}.`);
  return COMMANDS[name](args);
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const usage = error instanceof UsageError;
    console.error(error instanceof Error ? error.message : String(error));
    if (usage) console.error(`\n${USAGE}`);
    else if (!(error instanceof DomainError) && process.env['DEBUG'] !== undefined) console.error(error);
    process.exitCode = usage ? 2 : 1;
  },
);
