import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/platform/package-root';
import { startStack, type TestStack } from '../support/start-stack';

const run = promisify(execFile);
const root = findPackageRoot();

describe('the story of a first month', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startStack();
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  it('prints what is checked in, to the letter', async () => {
    const { stdout } = await run('bash', ['examples/first-month.sh'], {
      cwd: root,
      env: { ...process.env, SCRIP_HOME: stack.home },
    });
    expect(stdout).toBe(await readFile(join(root, 'examples/first-month.out'), 'utf8'));
  }, 120_000);
});
