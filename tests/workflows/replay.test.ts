import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { findPackageRoot } from '../../src/platform/package-root';
import { workflowBundle } from './bundle';

const HISTORIES = join(findPackageRoot(), 'tests', 'histories');

interface Recorded {
  readonly workflowId: string;
  readonly history: unknown;
}

describe('the workflows', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('WARN') });
  });

  it('replay every history that was ever recorded', async () => {
    const names = (await readdir(HISTORIES)).filter((name) => name.endsWith('.json'));
    expect(names.length).toBeGreaterThan(13);
    const recorded = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(HISTORIES, name), 'utf8')) as Recorded),
    );
    const options = { workflowBundle: { code: await workflowBundle() } };
    for await (const { workflowId, error } of Worker.runReplayHistories(options, recorded)) {
      expect({ workflowId, error }).toEqual({ workflowId, error: undefined });
    }
  });

  it('bring nothing into the sandbox but the domain and themselves', async () => {
    const code = await workflowBundle();
    const own = [...code.matchAll(/"\.\/(src|dev|tests)\/([\w./-]+)\.ts"/g)].map(
      ([, root = '', path = '']) => `${root}/${path}`,
    );
    expect(own).toContain('src/workflows/spends/spend');
    expect(own.filter((path) => !/^src\/(domain|workflows)\//.test(path))).toEqual([]);
    const packages = [...code.matchAll(/"\.\/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map(
      ([, name]) => name,
    );
    expect([...new Set(packages)].sort()).toEqual([
      '@temporalio/common',
      '@temporalio/workflow',
      'long',
      'ms',
      'nexus-rpc',
    ]);
  });

  it('find one protobufjs, which histories are read with', async () => {
    const { stdout } = await promisify(execFile)('npm', ['ls', 'protobufjs', '--json', '--all'], {
      cwd: findPackageRoot(),
    });
    const versions = [...stdout.matchAll(/"protobufjs": \{\s*"version": "(8[^"]*)"/g)].map(
      ([, version]) => version,
    );
    expect(new Set(versions).size).toBe(1);
  });
});
