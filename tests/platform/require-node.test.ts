import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/platform/package-root';

const root = findPackageRoot();

/** Only the number is pretended: these run on the Node of the tests. */
describe('an old Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scrip-node-'));

  beforeAll(() => {
    // Compiles: in a fresh clone nothing is built yet.
    expect(spawnSync(process.execPath, ['bin/scrip.cjs', '--version'], { cwd: root }).status).toBe(0);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const runAs = (version: string, ...args: readonly string[]) => {
    const pretend = join(folder, `${version}.cjs`);
    writeFileSync(
      pretend,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', pretend, ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], SCRIP_HOME: folder },
    });
    return { status, stdout, stderr };
  };
  const check = join(root, 'src/platform/require-node.cjs');

  it.each([
    ['npm start', ['--require', check, 'dev/start.mjs']],
    ['npm run sandbox', ['--require', check, 'dev/sandbox.mjs']],
    ['npx scrip', ['bin/scrip.cjs', 'help']],
    ['the API that was built', ['dist/src/main/api.js']],
    ['the worker that was built', ['dist/src/main/worker.js']],
    ['the CLI that was built', ['dist/src/main/cli.js', 'help']],
  ])('is told so by %s, by name and version, and nothing is started', (_name, args) => {
    expect(runAs('18.20.1', ...args)).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('Scrip needs Node 20.19 or later; this is Node v18.20.1 (') as unknown,
    });
  });

  it('is asked about by the scripts that people run, for the version that package.json names', () => {
    const { engines, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
      scripts: Readonly<Record<string, string>>;
    };
    expect(engines.node).toBe('>=20.19');
    for (const name of ['start', 'sandbox', 'build'])
      expect(scripts[name]).toContain('node --require ./src/platform/require-node.cjs dev/');
  });

  it.each([
    ['0.10.48', 1],
    ['19.9.0', 1],
    ['20.18.3', 1],
    ['20.19.0', 0],
    ['22.0.0', 0],
    ['100.1.0', 0],
  ])('is what it says, and nothing else: %s', (version, status) => {
    expect(runAs(version, '--require', check, '-e', '0').status).toBe(status);
  });

  it('can read the sentence: the file is plain old JavaScript', () => {
    const code = readFileSync(check, 'utf8').replace(/\/\*[\s\S]*?\*\//, '');
    expect(code).not.toMatch(/=>|`|\b(const|let|class|async|import)\b|\?\.|\?\?/);
  });
});
