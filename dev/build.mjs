import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * `npm run build`, and the first thing that `npm start` does: swc turns src/ and dev/ into CommonJS under dist/, and the
 * workflows into one bundle for the worker. Only what changed is made again. Types are checked by tsc in `npm run check`.
 * The programs of src/main are compiled for old Nodes too, which must get as far as being told that they are old.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifestFile = join(dist, '.build.json');
const bundleFile = join(dist, 'workflow-bundle.js');
const require = createRequire(import.meta.url);

const SWC_OPTIONS = {
  jsc: { parser: { syntax: 'typescript' }, keepClassNames: true },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
  swcrc: false,
};
const TARGET = 'es2022';
const TARGET_OF_PROGRAMS = 'es2017';
refuseWithoutDependencies();

/** Many enough to be felt: whoever waits is told why. */
const MANY = 50;

/** Another compiler or other options: everything is made again. */
const TOOLS = JSON.stringify([
  SWC_OPTIONS,
  TARGET,
  TARGET_OF_PROGRAMS,
  require('@swc/core/package.json').version,
  require('@temporalio/worker/package.json').version,
]);

/**
 * Brings dist/ up to date; answers how many files were compiled and whether the workflows were bundled. `whenCompiled` is
 * waited for before the bundle, which takes longest: what it refuses is refused soon.
 */
export async function build(whenCompiled = async () => {}) {
  const { manifest, compiled } = await compileSources();
  await whenCompiled();
  const sources = Object.keys(manifest.files);
  const bundleHash = await hashOf(sources.filter((path) => /^src[\\/](workflows|domain)[\\/]/.test(path)));
  const bundled = manifest.bundle !== bundleHash || !existsSync(bundleFile);
  if (bundled) {
    await bundleWorkflows();
    await writeManifest({ ...manifest, bundle: bundleHash });
  }
  return { compiled, bundled };
}

/** A fresh clone has none: whoever starts something in it is told what comes first. */
function refuseWithoutDependencies() {
  try {
    require.resolve('@swc/core/package.json');
    require.resolve('@temporalio/worker/package.json');
  } catch {
    console.error('The dependencies of Scrip are not installed. Run npm ci first.');
    process.exit(1);
  }
}

/** All but the bundle; answers how many files were compiled, and what is known of them now. */
export async function compileSources() {
  const known = await readManifest();
  const sources = [...(await listSources('src')), ...(await listSources('dev'))];
  const stamps = new Map(await Promise.all(sources.map(async (path) => [path, await stampOf(path)])));
  const changed = sources.filter(
    (path) => known.files[path] !== stamps.get(path) || !existsSync(outputOf(path)),
  );
  if (changed.length > MANY) process.stderr.write(`Compiling ${changed.length} files…\n`);
  await Promise.all(changed.map(compile));
  const gone = Object.keys(known.files).filter((path) => !stamps.has(path));
  await Promise.all(gone.map((path) => rm(outputOf(path), { force: true })));
  const manifest = { tools: TOOLS, files: Object.fromEntries(stamps), bundle: known.bundle };
  if (changed.length > 0 || gone.length > 0) await writeManifest(manifest);
  return { compiled: changed.length, manifest };
}

async function readManifest() {
  const text = await readFile(manifestFile, 'utf8').catch(() => '{}');
  const manifest = JSON.parse(text);
  return manifest.tools === TOOLS ? manifest : { files: {}, bundle: undefined };
}

async function writeManifest(manifest) {
  await writeWhole(manifestFile, JSON.stringify(manifest));
}

/** Paths from the root, tests left out. */
async function listSources(folder) {
  const entries = await readdir(join(root, folder), { recursive: true });
  return entries
    .filter((path) => /\.(ts|cjs)$/.test(path) && !/\.(test|d)\.ts$/.test(path))
    .map((path) => join(folder, path))
    .sort();
}

async function stampOf(path) {
  const { mtimeMs, size } = await stat(join(root, path));
  return `${mtimeMs} ${size}`;
}

function outputOf(path) {
  return join(dist, path.replace(/\.ts$/, '.js'));
}

async function compile(path) {
  // Plain JavaScript stays as it is.
  if (path.endsWith('.cjs')) return writeWhole(outputOf(path), await readFile(join(root, path)));
  const { transformFile } = require('@swc/core');
  const target = dirname(path) === join('src', 'main') ? TARGET_OF_PROGRAMS : TARGET;
  const { code } = await transformFile(join(root, path), {
    ...SWC_OPTIONS,
    jsc: { ...SWC_OPTIONS.jsc, target },
    sourceFileName: join(root, path),
  });
  await writeWhole(outputOf(path), code);
}

async function hashOf(paths) {
  const hash = createHash('sha256').update(TOOLS);
  for (const path of paths) hash.update(path.split(sep).join('/')).update(await readFile(join(root, path)));
  return hash.digest('hex');
}

async function bundleWorkflows() {
  const { bundleWorkflowCode } = require('@temporalio/worker');
  const silent = {
    log: () => {},
    trace: () => {},
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: console.error,
  };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(dist, 'src', 'workflows', 'index.js'),
    logger: silent,
  });
  await writeWhole(bundleFile, code);
}

/** Under another name first: two builds at once, or one that is stopped half-way, never leave half a file. */
async function writeWhole(file, text) {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, text);
  await rename(partial, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { compiled, bundled } = await build();
  process.stdout.write(`${compiled} files compiled${bundled ? ', workflows bundled' : ''}\n`);
}
