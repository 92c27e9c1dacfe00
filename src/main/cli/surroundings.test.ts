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

  it('links to the Web UI of the stack, of who names one, and to none of a server that the stack does not have', () => {
    const at = (env: Readonly<Record<string, string>>) => {
      const [temporalAddress, temporalUiUrl] = [
        '127.0.0.1:1',
        'http://127.0.0.1:2/namespaces/scrip/workflows',
      ];
      const dev = { databaseUrl, temporalAddress, temporalNamespace: 'scrip', temporalUiUrl };
      writeFileSync(join(home, 'dev.json'), JSON.stringify(dev));
      return findSurroundings({ SCRIP_HOME: home, ...env });
    };
    const list = 'http://127.0.0.1:2/namespaces/scrip/workflows';
    expect(at({}).temporalUi()?.list()).toBe(list);
    expect(at({ TEMPORAL_ADDRESS: '127.0.0.1:1' }).temporalUi()?.list()).toBe(list);
    expect(at({ TEMPORAL_ADDRESS: 'temporal.example:7233' }).temporalUi()).toBeUndefined();
    const named = { TEMPORAL_UI_URL: 'https://ui.example', TEMPORAL_NAMESPACE: 'credits' };
    expect(at(named).temporalUi()?.list()).toBe('https://ui.example/namespaces/credits/workflows');
    expect(() => at({ TEMPORAL_UI_URL: 'ui.example' }).temporalUi()).toThrow(
      'TEMPORAL_UI_URL must be an address that begins with http:// or https://, not "ui.example".',
    );
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
