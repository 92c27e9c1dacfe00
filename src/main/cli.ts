#!/usr/bin/env node
// First, because the rest does not run on old versions of Node.
import '../platform/require-node.cjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../domain/errors';
import { runAudit } from './cli/audit';
import { runCatalog } from './cli/catalog';
import { UsageError } from './cli/command';
import { runCustomers } from './cli/customers';
import { runEnv } from './cli/env';
import { runInbox } from './cli/inbox';
import { runKeys } from './cli/keys';
import { runMigrate } from './cli/migrate';
import { runReconcile } from './cli/reconcile';
import { runSpends } from './cli/spends';
import { runStripe } from './cli/stripe';
import { runTemporal } from './cli/temporal';
import { usageOf } from './cli/usage';
import { findPackageRoot } from '../platform/package-root';

const COMMANDS = {
  env: runEnv,
  migrate: runMigrate,
  keys: runKeys,
  catalog: runCatalog,
  customers: runCustomers,
  audit: runAudit,
  reconcile: runReconcile,
  spends: runSpends,
  inbox: runInbox,
  stripe: runStripe,
  temporal: runTemporal,
} as const;

const USAGE = `Usage: scrip <command>

  env                                        print addresses, keys and the Temporal CLI's place, for eval "$(npx scrip env)"
  migrate                                    update the database schema, as its owner
  keys create --name NAME [--scope SCOPE]…   create an API key; scopes: customer (default), operator
  keys list                                  list the API keys
  keys revoke ID                             revoke an API key
  catalog validate FILE                      check a catalog file; needs no database
  catalog test FILE                          play the table of expected prices (NAME.test.yaml) beside it; needs no database
  catalog schema                             print the JSON Schema of a catalog file, for editors
  catalog diff FILE                          compare a catalog file with the current catalog
  catalog publish FILE                       publish it as the current catalog and create its prices at Stripe
  customers import FILE.csv [--dry-run] [--json]
                                             import subscribers with a monthly allowance: all of them, or none when
                                             any line is bad
  audit [--customer ID] [--json]             check the ledger; exits with 1 if any check fails
  reconcile [--json]                         compare with Stripe and repair; exits with 1 while there are alarms
  spends restart ID                          restart the workflow of a spend whose credits are held; says what it did
  inbox [--all] [--json]                     list events of Stripe that were not processed, and why; --all: dropped ones too
  inbox drop EVENT --reason TEXT [--by NAME] drop an event: it is not retried, and its alarm ends
  stripe setup [--url URL] [--end-others]    create the webhook endpoint at Stripe, or update it; URL is where Stripe
                                             reaches the API, else PUBLIC_URL; --end-others deletes other endpoints
                                             at the same address
  temporal setup                             create the Temporal namespace and its search attributes

Commands use the running embedded stack (found in SCRIP_HOME, default .scrip), or what these variables name:
DATABASE_URL, DATABASE_OWNER_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_UI_URL, STRIPE_SECRET_KEY.
scrip COMMAND --help shows the usage of one command, scrip --version the version.`;

/** The operator's command line. Answers the exit code, 2 for wrong usage. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) throw new UsageError('A command is missing.');
  if (name === '--version' || name === 'version') {
    console.log(versionOfPackage());
    return 0;
  }
  if ([name, ...args].some((word) => ['help', '--help', '-h'].includes(word))) {
    console.log(usageOf(USAGE, [name, ...args]));
    return 0;
  }
  if (!isCommand(name)) throw new UsageError(`Unknown command ${JSON.stringify(name)}.`);
  return COMMANDS[name](args);
}

function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(findPackageRoot(), 'package.json'), 'utf8'));
  return String((manifest as { readonly version?: unknown }).version);
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
    if (usage) console.error(`\n${usageOf(USAGE, process.argv.slice(2))}`);
    else if (!(error instanceof DomainError) && process.env['DEBUG'] !== undefined) console.error(error);
    process.exitCode = usage ? 2 : 1;
  },
);
