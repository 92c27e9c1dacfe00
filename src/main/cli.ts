#!/usr/bin/env node
import { DomainError } from '../domain/errors';
import { runAudit } from './cli/audit';
import { runCatalog } from './cli/catalog';
import { UsageError } from './cli/command';
import { runCustomers } from './cli/customers';
import { runInbox } from './cli/inbox';
import { runKeys } from './cli/keys';
import { runMigrate } from './cli/migrate';
import { runReconcile } from './cli/reconcile';
import { runSpends } from './cli/spends';
import { runTemporal } from './cli/temporal';

const COMMANDS = {
  migrate: runMigrate,
  keys: runKeys,
  catalog: runCatalog,
  customers: runCustomers,
  audit: runAudit,
  reconcile: runReconcile,
  spends: runSpends,
  inbox: runInbox,
  temporal: runTemporal,
} as const;

const USAGE = `Usage: scrip <command>

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
  spends restart ID                          have somebody work on a spend again whose credits are held; says what it did
  inbox [--all] [--json]                     list what Stripe sent and nobody has taken in, with why; all: dropped, too
  inbox drop EVENT --reason TEXT [--by NAME] give an event up: it is tried no more and no alarm rings for it
  temporal setup                             make the namespace and its search attributes

It works on the running embedded stack (found by SCRIP_HOME, default .scrip) or on what the environment names:
DATABASE_URL, DATABASE_OWNER_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_UI_URL, STRIPE_SECRET_KEY.`;

/** The operator's program: answers its exit code, 2 when it was called wrongly. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) throw new UsageError('Which command?');
  if (name === 'help' || [name, ...args].some((word) => word === '--help' || word === '-h')) {
    console.log(USAGE);
    return 0;
  }
  if (!isCommand(name)) throw new UsageError(`There is no command ${JSON.stringify(name)}.`);
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
