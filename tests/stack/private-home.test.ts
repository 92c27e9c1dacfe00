import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivate } from '../../dev/stack/private-home';
import { startStack } from '../support/start-stack';

/** What others than the owner may do with a file or folder. */
async function othersMay(path: string): Promise<number> {
  return (await stat(path)).mode & 0o077;
}

describe('the state folder of the stack', () => {
  let folder: string;
  let umask: number;

  beforeEach(async () => {
    umask = process.umask(0);
    folder = await mkdtemp(join(tmpdir(), 'scrip-private-'));
  });

  afterEach(async () => {
    process.umask(umask);
    await rm(folder, { recursive: true, force: true });
  });

  it("is the owner's alone after a start, with all that is in it, however open umask and folder were", async () => {
    await chmod(folder, 0o777);
    const stack = await startStack({ home: folder });
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path),
    );
    // Postgres removes a file now and then while this looks.
    const open = await Promise.all(
      [folder, ...paths.filter((path) => !path.endsWith('bin/temporal'))].map(async (path) =>
        (await othersMay(path).catch(() => 0)) === 0 ? [] : [path],
      ),
    );
    await stack.stop();
    expect(open.flat()).toEqual([]);
    expect(paths.map((path) => path.slice(folder.length + 1))).toEqual(
      expect.arrayContaining([
        'dev.json',
        'secrets.json',
        'logs/api.log',
        'postgres/data',
        'temporal/temporal.db',
      ]),
    );
  });

  it('is closed when an earlier stack left it open', async () => {
    const home = join(folder, 'home');
    for (const name of ['logs', 'stripe', 'objects', 'objects/images', 'postgres'])
      await mkdir(join(home, name), { recursive: true, mode: 0o777 });
    const files = ['secrets.json', 'dev.json', 'logs/api.log', 'stripe/state'];
    for (const name of files) await writeFile(join(home, name), '{}', { mode: 0o666 });
    await makePrivate(home);
    for (const name of ['', 'logs', 'stripe', 'objects', 'objects/images', 'postgres', ...files])
      expect([name, await othersMay(join(home, name))]).toEqual([name, 0]);
  });

  it('leaves a folder alone that other things are in, but for its own part', async () => {
    const home = join(folder, 'shared');
    await mkdir(join(home, 'music'), { recursive: true, mode: 0o755 });
    await writeFile(join(home, 'secrets.json'), '{}', { mode: 0o644 });
    await makePrivate(home);
    expect(await othersMay(home)).not.toBe(0);
    expect(await othersMay(join(home, 'music'))).not.toBe(0);
    expect(await othersMay(join(home, 'secrets.json'))).toBe(0);
  });
});
