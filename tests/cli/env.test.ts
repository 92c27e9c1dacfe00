import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/platform/package-root';
import { startStack, type TestStack } from '../support/start-stack';
import { scrip } from './scrip';

const run = promisify(execFile);
const root = findPackageRoot();
const cli = join(root, 'bin/scrip.cjs');

/** The program with these variables and nothing else. */
async function scripWith(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const all = { PATH: process.env['PATH'], ...env };
  try {
    return { code: 0, ...(await run(process.execPath, [cli, ...args], { cwd: root, env: all })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe('scrip env and scrip stripe setup, on a running stack', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startStack();
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  /** What a shell prints that has taken the exports. */
  const inShell = async (script: string): Promise<string> => {
    const env = { PATH: process.env['PATH'], SCRIP_HOME: stack.home };
    const words = ['-eu', '-c', `eval "$('${process.execPath}' '${cli}' env)"\n${script}`];
    return (await run('sh', words, { cwd: root, env })).stdout;
  };

  it('tells a shell the addresses, the keys and the Temporal CLI', async () => {
    const { dev } = stack;
    const printed = await inShell(
      'printf "%s\\n" "$SCRIP_API" "$SCRIP_KEY" "$SCRIP_OPERATOR_KEY" "$SCRIP_DATABASE_URL" "$SCRIP_STRIPE_URL" ' +
        '"$SCRIP_STRIPE_KEY" "$TEMPORAL_ADDRESS" "$TEMPORAL_NAMESPACE" "$TEMPORAL_UI_URL"',
    );
    const { apiUrl, apiKey, operatorKey, databaseUrl, stripeUrl, stripeSecretKey } = dev;
    const temporal = [dev.temporalAddress, dev.temporalNamespace, dev.temporalUiUrl];
    expect(printed.trim().split('\n')).toEqual([
      ...[apiUrl, apiKey, operatorKey, databaseUrl, stripeUrl, stripeSecretKey],
      ...temporal,
    ]);
    expect(await inShell('command -v temporal')).toBe(`${join(stack.home, 'bin', 'temporal')}\n`);
  });

  it('lets the Temporal CLI find the workflows of the stack without a word more', async () => {
    const api = `curl -sS "$SCRIP_API/v1/customers" -H "Authorization: Bearer $SCRIP_KEY" -H 'Content-Type: application/json'`;
    const customer = JSON.parse(await inShell(`${api} -d '{"externalId": "env"}'`)) as { id: string };
    await inShell(
      `curl -sS "$SCRIP_API/v1/customers/${customer.id}" -X DELETE -H "Authorization: Bearer $SCRIP_OPERATOR_KEY" -H 'Idempotency-Key: env'`,
    );
    expect(await inShell('temporal workflow list')).toContain(customer.id);
  });

  it('is the same from a shell that took the exports of a stack that is gone', async () => {
    const gone = { TEMPORAL_ADDRESS: '127.0.0.1:1', SCRIP_ENV_TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const { stdout } = await scripWith({ ...gone, SCRIP_HOME: stack.home }, 'env');
    expect(stdout).toContain(`TEMPORAL_ADDRESS='${stack.dev.temporalAddress}'`);
  });

  it('finds the endpoint that the stack has at the simulator', async () => {
    const { code, stdout, stderr } = await scrip(stack.home, 'stripe', 'setup');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('Stripe, test mode: the endpoint we_simulator was right already.');
  });

  it('makes one for a tunnel, and prints nothing but its secret for a script', async () => {
    const { code, stdout, stderr } = await scrip(
      stack.home,
      'stripe',
      'setup',
      '--url',
      'https://tunnel.example/',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^whsec_[0-9a-f]+\n$/);
    expect(stderr).toMatch(
      /the endpoint we_\w+ is created\.\n.*2026-10-28\.endive to https:\/\/tunnel\.example\/webhooks\/stripe\./,
    );
    const again = await scrip(
      stack.home,
      'stripe',
      'setup',
      '--url',
      'https://tunnel.example/webhooks/stripe',
    );
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect(again.stderr).toContain('was right already');
  });
});

describe('scrip without a stack', () => {
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'scrip-env-'));
  });

  afterAll(() => rm(home, { recursive: true }));

  it('exports nothing when nothing is known, and says so', async () => {
    const { code, stdout, stderr } = await scripWith({ SCRIP_HOME: home }, 'env');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('No stack is running here');
  });

  it('exports what the environment names, quoted for the shell', async () => {
    const env = {
      SCRIP_HOME: home,
      PUBLIC_URL: "https://credits.example/it's",
      TEMPORAL_ADDRESS: 'temporal:7233',
    };
    const { stdout } = await scripWith(env, 'env');
    const taken = await run('sh', ['-c', `${stdout}\necho "$SCRIP_API $TEMPORAL_ADDRESS"`]);
    expect(taken.stdout).toBe("https://credits.example/it's temporal:7233\n");
    expect(stdout).not.toContain('SCRIP_KEY');
  });

  it.each([
    [['--version'], 0, /^0\.\d+\.\d+\n$/],
    [['keys', '--help'], 0, /^Usage:\n\n {2}scrip keys create/],
    [['help'], 0, /^Usage: scrip <command>/],
  ])('answers %j', async (args, code, printed) => {
    const ended = await scripWith({ SCRIP_HOME: home }, ...args);
    expect(ended).toEqual({ code, stdout: expect.stringMatching(printed) as unknown, stderr: '' });
  });

  it.each([
    [['keys', 'create'], 2, /keys create needs --name\.\n\nUsage:\n\n {2}scrip keys create[^\n]*\n$/],
    [['stripe', 'setup', '--url', 'nowhere'], 2, /"nowhere" is not a URL/],
    [
      ['stripe', 'setup', '--url', 'http://localhost:3000'],
      1,
      /Stripe cannot reach localhost:3000\. Open a tunnel/,
    ],
    [['stripe', 'setup', '--url', 'http://credits.example'], 1, /over https:\/\/ only/],
    [['stripe', 'setup'], 1, /PUBLIC_URL is not set/],
  ])('refuses %j', async (args, code, said) => {
    const ended = await scripWith({ SCRIP_HOME: home, STRIPE_SECRET_KEY: 'sk_test_1' }, ...args);
    expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(said) as unknown });
  });

  it('names a wrong variable with what it must look like', async () => {
    const { code, stderr } = await scripWith(
      { SCRIP_HOME: home, DATABASE_URL: 'nonsense', PORT: 'x' },
      'keys',
      'list',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/DATABASE_URL must be postgres:\/\/.*\n {2}PORT must be a number/);
  });
});
