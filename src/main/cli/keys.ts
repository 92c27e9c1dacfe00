import { createApiKey, listApiKeys, revokeApiKey, SCOPES, type Scope } from '../../store/api-keys';
import { parseArgument, parseOptions, runVerb, UsageError } from './command';
import { findSurroundings, withDatabase, withOwner } from './surroundings';

/** Makes, lists and revokes API keys; all but the list as the schema's owner. A key's secret is shown once, when it is made. */
export function runKeys(args: readonly string[]): Promise<number> {
  return runVerb('keys', { create, list, revoke }, args);
}

async function create(args: readonly string[]): Promise<number> {
  const values = parseOptions(args, {
    name: { type: 'string' },
    scope: { type: 'string', multiple: true },
  });
  if (values.name === undefined || values.name === '') throw new UsageError('keys create needs --name.');
  const surroundings = findSurroundings();
  const key = {
    name: values.name,
    scopes: (values.scope ?? ['customer']).map(parseScope),
    createdAt: await surroundings.clock().now(),
  };
  const { id, secret } = await withOwner(surroundings, (db) => createApiKey(db, key));
  console.error(`${id} (${key.scopes.join(', ')}). The secret is shown only once:`);
  console.log(secret);
  return 0;
}

async function list(args: readonly string[]): Promise<number> {
  parseOptions(args, {});
  const keys = await withDatabase(findSurroundings().databaseUrl(), listApiKeys);
  for (const { id, scopes, createdAt, revokedAt, name } of keys) {
    console.log([id, scopes.join(','), createdAt, revokedAt === null ? 'valid' : 'revoked', name].join('  '));
  }
  return 0;
}

async function revoke(args: readonly string[]): Promise<number> {
  const { argument: id } = parseArgument(args, {}, 'key id');
  const surroundings = findSurroundings();
  const now = await surroundings.clock().now();
  const found = await withOwner(surroundings, (db) => revokeApiKey(db, id, now));
  if (!found) throw new Error(`There is no key ${id}.`);
  console.log(`${id} is revoked.`);
  return 0;
}

function parseScope(text: string): Scope {
  const scope = SCOPES.find((known) => known === text);
  if (scope === undefined) throw new UsageError(`Unknown scope ${text}. Scopes: ${SCOPES.join(', ')}.`);
  return scope;
}
