import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended } from '../../dev/stack/launch';
import { identityOf, isRunning, type ProcessIdentity } from '../../dev/stack/process-identity';
import { takeState } from '../../dev/stack/run-record';

describe('the record of who runs on a state', () => {
  let folder: string;
  let file: string;
  const children: ChildProcess[] = [];
  const said: string[] = [];
  const take = () => takeState(file, (line) => said.push(line));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-record-'));
    file = join(folder, 'run.json');
    said.length = 0;
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** A process that runs until it is ended. */
  const bystander = async (): Promise<{ child: ChildProcess; identity: ProcessIdentity }> => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    children.push(child);
    return { child, identity: (await identityOf(child.pid!))! };
  };

  const leaveBehind = async (parts: Readonly<Record<string, ProcessIdentity>>): Promise<void> => {
    const { child, identity } = await bystander();
    child.kill('SIGKILL');
    await ended(child);
    await writeFile(file, JSON.stringify({ stack: identity, parts }));
  };

  it('lets one stack in at a time', async () => {
    const record = await take();
    await expect(take()).rejects.toThrow(`Another stack (process ${String(process.pid)}) runs on this state`);
    await record.release();
    expect(existsSync(file)).toBe(false);
  });

  it.each(['where nobody was', 'that a killed one left behind'])(
    'lets exactly one of many in that start at once on a state %s',
    async (state) => {
      if (state !== 'where nobody was') await leaveBehind({ worker: (await bystander()).identity });
      const starts = await Promise.allSettled(Array.from({ length: 8 }, take));
      const records = starts.filter((start) => start.status === 'fulfilled');
      expect(records).toHaveLength(1);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ stack: { pid: process.pid } });
      expect(await readdir(folder)).toEqual(['run.json']);
      await records[0]?.value.release();
    },
  );

  it('goes away when another start came first while it ended what was left behind', async () => {
    const [orphan, other] = [await bystander(), await bystander()];
    await leaveBehind({ worker: orphan.identity });
    const others = JSON.stringify({ stack: other.identity, parts: {} });
    const start = takeState(file, () => {
      writeFileSync(file, others);
    });
    await expect(start).rejects.toThrow(`Another stack (process ${String(other.identity.pid)}) runs`);
    expect(await readFile(file, 'utf8')).toBe(others);
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  it('ends exactly the recorded processes of a stack that is gone', async () => {
    const [orphan, stranger] = [await bystander(), await bystander()];
    await leaveBehind({ worker: orphan.identity });
    const record = await take();
    expect(await isRunning(orphan.identity)).toBe(false);
    expect(await isRunning(stranger.identity)).toBe(true);
    expect(said).toEqual(['Ending 1 processes that the last stack left behind']);
    await record.release();
  });

  it('leaves a process alone that only has the number of a recorded one', async () => {
    const stranger = await bystander();
    await leaveBehind({ worker: { ...stranger.identity, started: 'at another time' } });
    const record = await take();
    expect(await isRunning(stranger.identity)).toBe(true);
    expect(said).toEqual([]);
    await record.release();
  });

  it('replaces a record that was cut off', async () => {
    await writeFile(file, '{"stack": {"pi');
    const record = await take();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ stack: { pid: process.pid } });
    await record.release();
  });
});
