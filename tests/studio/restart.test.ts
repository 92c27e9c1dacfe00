import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/platform/package-root';
import { startReceiver, type Receiver } from './receiver';
import { callStudio, prediction, SECRET, TOKEN } from './test-studio';

const root = findPackageRoot();

describe('a studio that is killed', () => {
  let stateDir: string;
  let receiver: Receiver;
  const processes: ChildProcess[] = [];

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, [join(root, 'dev/build.mjs')]);
    stateDir = await mkdtemp(join(tmpdir(), 'scrip-studio-'));
    receiver = await startReceiver([503]);
  });

  afterAll(async () => {
    for (const child of processes) child.kill('SIGKILL');
    await receiver.stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  const start = async () => {
    const child = spawn(process.execPath, [join(root, 'dist/dev/studio/main.js')], {
      env: { ...process.env, PORT: '0', STATE_DIR: stateDir, TOKEN, WEBHOOK_SECRET: SECRET },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    processes.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, studio: callStudio((JSON.parse(line.toString()) as { url: string }).url) };
  };

  it('goes on where it was, keeps what it delivered, and reports what was not heard', async () => {
    const { child, studio } = await start();
    const webhook = { webhook: receiver.url, webhook_events_filter: ['completed'] };
    const body = prediction('a harbour [studio: delay=4s]', { num_outputs: 8 }, webhook);
    await studio.call('PUT', '/predictions/spd_killed', body);
    await studio.call('PUT', '/predictions/spd_whole', prediction('a harbour', { num_outputs: 8 }));
    await studio.finished('/predictions/spd_whole');
    await studio.until(
      '/predictions/spd_killed',
      ({ output }) => Array.isArray(output) && output[0] !== null,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');

    const next = await start();
    const repeat = await next.studio.call('PUT', '/predictions/spd_killed', body);
    expect(repeat.status).toBe(200);
    const killed = await next.studio.finished('/predictions/spd_killed');
    expect(killed.status).toBe('succeeded');
    const whole = await next.studio.finished('/predictions/spd_whole');
    const [first, last] = await Promise.all(
      [0, 7].map(async (index) => {
        const urls = [killed, whole].map(({ output }) => (output as string[])[index]!);
        const [mine, other] = await Promise.all(
          urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())),
        );
        return mine!.equals(other!);
      }),
    );
    expect([first, last]).toEqual([true, true]);
    const deliveries = await receiver.received(2);
    expect(deliveries.map(({ body: { id, status } }) => [id, status])).toEqual([
      ['spd_killed', 'succeeded'],
      ['spd_killed', 'succeeded'],
    ]);
    next.child.kill('SIGTERM');
    expect(await once(next.child, 'exit')).toEqual([0, null]);
  });
});
