import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/platform/package-root';

const run = promisify(execFile);

/** On a house of three files, which the real one's neighbours do not change meanwhile. */
describe('the build', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-build-'));
    await write('src/workflows/index.ts', 'export async function greet(): Promise<number> { return 41; }\n');
    await write('src/platform/answer.ts', 'export const answer: number = 42;\n');
    await write('src/platform/answer.test.ts', 'throw new Error();\n');
    await write(
      'dev/stack/main.ts',
      "import { answer } from '../../src/platform/answer';\nconsole.log(answer);\n",
    );
    await cp(join(findPackageRoot(), 'dev', 'build.mjs'), join(folder, 'dev', 'build.mjs'));
    await symlink(join(findPackageRoot(), 'node_modules'), join(folder, 'node_modules'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const build = async () => (await run(process.execPath, [join(folder, 'dev', 'build.mjs')])).stdout.trim();
  const bundle = () => readFile(join(folder, 'dist', 'workflow-bundle.js'), 'utf8');

  it('compiles all sources but the tests, and bundles the workflows', async () => {
    expect(await build()).toBe('3 files compiled, workflows bundled');
    const { stdout } = await run(process.execPath, [join(folder, 'dist', 'dev', 'stack', 'main.js')]);
    expect(stdout).toBe('42\n');
    expect(existsSync(join(folder, 'dist', 'src', 'platform', 'answer.test.js'))).toBe(false);
    expect(await bundle()).toContain('return 41');
  });

  it('does nothing when nothing has changed', async () => {
    expect(await build()).toBe('0 files compiled');
  });

  it('compiles what has changed, and bundles only for a changed workflow', async () => {
    await write('src/platform/answer.ts', 'export const answer: number = 4200;\n');
    expect(await build()).toBe('1 files compiled');
    await write(
      'src/workflows/index.ts',
      'export async function greet(): Promise<number> { return 4100; }\n',
    );
    expect(await build()).toBe('1 files compiled, workflows bundled');
    expect(await bundle()).toContain('return 4100');
  });

  it('takes away what has no source any more, and makes again what is missing', async () => {
    await rm(join(folder, 'dev', 'stack', 'main.ts'));
    await rm(join(folder, 'dist', 'src', 'platform', 'answer.js'));
    expect(await build()).toBe('1 files compiled');
    expect(existsSync(join(folder, 'dist', 'dev', 'stack', 'main.js'))).toBe(false);
    expect(existsSync(join(folder, 'dist', 'src', 'platform', 'answer.js'))).toBe(true);
  });

  it('names the file and the line of a mistake', async () => {
    await write('src/platform/answer.ts', 'export const = 1;\n');
    await expect(build()).rejects.toMatchObject({ stderr: expect.stringMatching(/answer\.ts:1/) as unknown });
  });

  it('says in a fresh clone that the dependencies come first', async () => {
    const clone = await mkdtemp(join(tmpdir(), 'scrip-clone-'));
    await cp(join(folder, 'dev', 'build.mjs'), join(clone, 'dev', 'build.mjs'));
    const failed = await run(process.execPath, [join(clone, 'dev', 'build.mjs')]).catch(
      (error: unknown) => error,
    );
    await rm(clone, { recursive: true });
    expect(failed).toMatchObject({
      code: 1,
      stderr: 'The dependencies of Scrip are not installed. Run npm ci first.\n',
    });
  });
});
