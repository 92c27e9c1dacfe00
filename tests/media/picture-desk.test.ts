import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPictureDesk, TOO_COSTLY_EXIT } from '../../src/media/picture-desk';
import { prepareUpload } from '../../src/media/prepare-upload';
import { findPackageRoot } from '../../src/platform/package-root';
import { buildAll } from '../workflows/worker-process';
import { bomb, fromCamera, picture } from './files';

const PROGRAM = join(findPackageRoot(), 'dist', 'src', 'main', 'prepare-upload.js');

describe('the desk that prepares uploads', () => {
  let folder: string;
  let small: Buffer;
  let large: Buffer;

  beforeAll(async () => {
    await buildAll();
    folder = await mkdtemp(join(tmpdir(), 'scrip-desk-'));
    small = await picture(120, 80).png().toBuffer();
    large = await bomb(8);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const of = (customerId: string) => ({ customerId, signal: new AbortController().signal });

  /** A desk with another program behind it. */
  async function deskWith(name: string, program: string) {
    const file = join(folder, `${name}.cjs`);
    await writeFile(file, program);
    return createPictureDesk(file);
  }

  it('does what is done in one process, in another', async () => {
    const desk = createPictureDesk(PROGRAM);
    const turned = await fromCamera(picture(120, 80), 6).jpeg().toBuffer();
    expect(await desk.prepare(turned, of('a'))).toEqual(await prepareUpload(turned));
    const cut = small.subarray(0, small.length - 9);
    await expect(desk.prepare(cut, of('a'))).rejects.toMatchObject({
      code: 'invalid_request',
      details: { reason: 'truncated', field: 'file' },
    });
  });

  it('serves an honest picture before the second bomb of somebody else', async () => {
    const desk = createPictureDesk(PROGRAM);
    const done: string[] = [];
    const send = async (name: string, bytes: Buffer, customerId: string) => {
      await desk.prepare(bytes, of(customerId));
      done.push(name);
    };
    const bombs = ['bomb 1', 'bomb 2', 'bomb 3'].map((name) => send(name, large, 'attacker'));
    const accomplice = send('bomb of another', large, 'accomplice');
    await send('honest', small, 'customer');
    expect(done).not.toContain('bomb 2');
    expect(done).not.toContain('bomb of another');
    await Promise.all([...bombs, accomplice]);
    expect(done).toHaveLength(5);
  });

  it('has two pictures at work at once, one of a customer, and one large one', async () => {
    const log = join(folder, 'log');
    const desk = await deskWith(
      'counting',
      `const { appendFileSync } = require('node:fs');
       appendFileSync(${JSON.stringify(log)}, '+' + process.argv[2] + '\\n');
       process.stdin.resume().on('end', () => {
         appendFileSync(${JSON.stringify(log)}, '-' + process.argv[2] + '\\n');
         process.stdout.write('{"contentType":"image/png","width":1,"height":1}\\n');
       });`,
    );
    const customers = ['a', 'b', 'c', 'd'];
    await Promise.all(
      customers.flatMap((customer) => [large, small].map((bytes) => desk.prepare(bytes, of(customer)))),
    );
    const steps = (await readFile(log, 'utf8')).trim().split('\n');
    expect(steps).toHaveLength(16);
    const atWork = { all: 0, large: 0 };
    for (const step of steps) {
      const by = step.startsWith('+') ? 1 : -1;
      atWork.all += by;
      if (step.endsWith('1300')) atWork.large += by;
      expect(atWork.all).toBeLessThanOrEqual(2);
      expect(atWork.large).toBeLessThanOrEqual(1);
    }
    await writeFile(log, '');
    await Promise.all([1, 2, 3].map(() => desk.prepare(small, of('a'))));
    expect((await readFile(log, 'utf8')).replaceAll(/\d+\n/g, '')).toBe('+-+-+-');
  });

  it('ends the process that takes more memory than it may', async () => {
    const program = spawn(process.execPath, [PROGRAM, '150', '0'], { stdio: ['pipe', 'ignore', 'inherit'] });
    program.stdin.on('error', () => undefined);
    program.stdin.end(await bomb(8, { interlaced: true }));
    expect(await once(program, 'exit')).toEqual([TOO_COSTLY_EXIT, null]);
    const desk = await deskWith('costly', `process.exit(${TOO_COSTLY_EXIT})`);
    await expect(desk.prepare(small, of('a'))).rejects.toMatchObject({
      code: 'invalid_request',
      details: { reason: 'too_costly' },
    });
  });

  it.each([
    ['crashes', 'process.abort()', { code: 'invalid_request', details: { reason: 'damaged' } }],
    ['fails', 'process.exit(1)', { code: 'unavailable' }],
    ['says too much', `setInterval(() => process.stdout.write('x'.repeat(1e6)), 1)`, { code: 'unavailable' }],
  ])('outlives a process that %s', async (name, program, refusal) => {
    const desk = await deskWith(name.replaceAll(' ', '-'), program);
    await expect(desk.prepare(small, of('a'))).rejects.toMatchObject(refusal);
    await expect(desk.prepare(small, of('a'))).rejects.toMatchObject(refusal);
  });

  it('tells the process that decodes no secret', async () => {
    const names = `JSON.stringify({ contentType: Object.keys(process.env).join(), width: 1, height: 1 })`;
    const desk = await deskWith('telling', `process.stdout.write(${names} + '\\n')`);
    expect((await desk.prepare(small, of('a'))).contentType).toBe('MALLOC_ARENA_MAX');
  });

  it('ends the work for whoever does not wait for it any more, and goes on with the next', async () => {
    const started = join(folder, 'started');
    const desk = await deskWith(
      'hanging',
      `require('node:fs').appendFileSync(${JSON.stringify(started)}, process.pid + '\\n');
       setInterval(() => undefined, 1000);`,
    );
    const gone = new AbortController();
    const first = desk.prepare(small, { customerId: 'a', signal: gone.signal });
    const waiting = desk.prepare(small, { customerId: 'a', signal: gone.signal });
    const pid = await pidIn(started);
    gone.abort();
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    await expect(waiting).rejects.toMatchObject({ code: 'invalid_request' });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect((await readFile(started, 'utf8')).trim().split('\n')).toHaveLength(1);
  });
});

/** The id of the process that writes it there, as soon as it has. */
async function pidIn(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
