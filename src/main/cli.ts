#!/usr/bin/env node
// First: the rest is not written for old Nodes.
import '../platform/require-node.cjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../domain/errors';
import { runAudit } from './cli/audit';
import { runCatalog } from './cli/catalog';
import { UsageError } from './cli/command';
import { runCustomers } from './cli/customers';
import { runEnv } from './cli/env';
import { runKeys } from './cli/keys';
import { runMigrate } from './cli/migrate';
import { runReconcile } from './cli/reconcile';
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
  stripe: runStripe,
  temporal: runTemporal,
} as const;

const USAGE = `Usage: scrip <command>

  env                                        addresses, keys and the Temporal CLI, for eval "$(npx scrip env)"
  migrate                                    bring the database up to date, as its owner
  keys create --name NAME [--scope SCOPE]…   make an API key; scopes: customer (default), operator
  keys list
  keys revoke ID
  catalog validate FILE                      check a catalog without a database
  catalog diff FILE                          compare it with the current one
  catalog publish FILE                       make it the current one, with its prices at Stripe
  customers import FILE.csv [--dry-run] [--json]
                                             bring subscribers of an allowance scheme over; all of them or, when a
                                             line is bad, none
  audit [--customer ID] [--json]             prove the ledger; ends with 1 when anything is off
  reconcile [--json]                         compare with Stripe and repair; ends with 1 when a person must look
  stripe setup [--url URL] [--end-others]    make the webhook endpoint at Stripe, or bring it up to date; URL is where
                                             Stripe reaches the API, else PUBLIC_URL; --end-others deletes other
                                             endpoints at the same address
  temporal setup                             make the namespace and its search attributes

It works on the running embedded stack (found by SCRIP_HOME, default .scrip) or on what the environment names:
DATABASE_URL, DATABASE_OWNER_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, STRIPE_SECRET_KEY.
scrip COMMAND --help tells about one of them, scrip --version which Scrip this is.`;

/** The operator's program: answers its exit code, 2 when it was called wrongly. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) throw new UsageError('Which command?');
  if (name === '--version' || name === 'version') {
    console.log(versionOfPackage());
    return 0;
  }
  if ([name, ...args].some((word) => ['help', '--help', '-h'].includes(word))) {
    console.log(usageOf(USAGE, [name, ...args]));
    return 0;
  }
  if (!isCommand(name)) throw new UsageError(`There is no command ${JSON.stringify(name)}.`);
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
