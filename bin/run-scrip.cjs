'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const root = join(__dirname, '..');
const build = join(root, 'dev', 'build.mjs');

async function run() {
  if (existsSync(build)) {
    const { compileSources } = await import(pathToFileURL(build).href);
    await compileSources();
  }
  require(join(root, 'dist', 'src', 'main', 'cli.js'));
}

run().catch((error) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
