import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSurroundings } from './surroundings';

describe('where the program finds its parts', () => {
  const home = mkdtempSync(join(tmpdir(), 'scrip-surroundings-'));
  const databaseUrl = 'postgres://scrip_app@127.0.0.1:1/scrip';

  afterAll(() => rmSync(home, { recursive: true }));

  const at = (pids: unknown, env: Readonly<Record<string, string>> = {}) => {
    writeFileSync(join(home, 'dev.json'), JSON.stringify({ databaseUrl, pids }));
    return findSurroundings({ SCRIP_HOME: home, ...env });
  };

  it('is told by the running stack, and by the environment before it', () => {
    const pids = { stack: process.pid };
    expect(at(pids).databaseUrl()).toBe(databaseUrl);
    expect(at(pids, { DATABASE_URL: 'postgres://elsewhere' }).databaseUrl()).toBe('postgres://elsewhere');
  });

  it('does not believe what a killed stack left behind', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(() => at({ stack: pid }).databaseUrl()).toThrow(
      `No stack is running in ${home}, and DATABASE_URL is not set.`,
    );
  });

  it('looks into .scrip when SCRIP_HOME is empty, as the stack does', () => {
    expect(() => findSurroundings({ SCRIP_HOME: '', TEMPORAL_ADDRESS: '' }).temporal()).toThrow(
      'No stack is running in .scrip, and TEMPORAL_ADDRESS is not set.',
    );
  });
});
