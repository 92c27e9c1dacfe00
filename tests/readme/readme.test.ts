import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/platform/package-root';
import { startStack, type TestStack } from '../support/start-stack';

const root = findPackageRoot();
const END_OF_BLOCK = '-- end of block --';

interface Block {
  readonly code: string;
  /** What the README says that it prints; in it `…` stands for anything. */
  readonly prints: string | undefined;
}

/** Each ```bash block, with the ```text block that may follow it. */
function blocksOf(markdown: string): readonly Block[] {
  const found = markdown.matchAll(/^```bash\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm);
  return [...found].map(([, code, prints]) => ({ code: code ?? '', prints }));
}

describe('a page with blocks to paste', () => {
  let stack: TestStack;
  let folder: string;

  beforeAll(async () => {
    stack = await startStack();
    // A clone to write into: what the blocks make must not stay in this one.
    folder = await mkdtemp(join(tmpdir(), 'scrip-readme-'));
    for (const name of await readdir(root)) await symlink(join(root, name), join(folder, name));
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }, 30_000);

  /** Pastes the blocks of a page one after the other, and compares what they print. */
  async function paste(page: string): Promise<void> {
    const blocks = blocksOf(await readFile(join(root, page), 'utf8'));
    expect(blocks.length).toBeGreaterThan(4);
    const script = blocks.map(({ code }) => `${code}\necho '${END_OF_BLOCK}'\n`).join('');
    const env = { ...process.env, SCRIP_HOME: stack.home };
    const { stdout, stderr } = await promisify(execFile)('bash', ['-eu', '-o', 'pipefail', '-c', script], {
      cwd: folder,
      env,
    });
    expect(stderr).toBe('');
    const printed = stdout.split(`${END_OF_BLOCK}\n`);
    for (const [index, { prints }] of blocks.entries()) {
      if (prints !== undefined) expect(printed[index]).toMatch(patternOf(prints));
    }
  }

  it('prints what it says: the README', async () => {
    await paste('README.md');
    expect((await stat(join(folder, 'lighthouse.png'))).size).toBeGreaterThan(10_000);
    expect((await readFile(join(folder, 'lighthouse.png'))).subarray(1, 4).toString()).toBe('PNG');
  }, 180_000);

  it('prints what it says: your own catalog', async () => {
    await paste('docs/your-own-catalog.md');
  }, 180_000);
});

/** Spaces count once: columns are as wide as what is in them. */
function patternOf(prints: string): RegExp {
  const escaped = prints.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^\\s*${escaped.replace(/\s+/g, '\\s+').replaceAll('…', '[\\s\\S]*')}\\s*$`);
}
