import { createRequire } from 'node:module';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const require = createRequire(import.meta.url);

/**
 * Compiles what changed, then runs a program of the build in this very process, so that signals reach it directly; npm's do
 * because its scripts `exec` it: a shell in between would keep them. One that comes before the program listens ends the
 * process at once: there is nothing to stop yet. `isStart`: the program starts a stack, and what that can be seen to fail at
 * is told before the longest part.
 */
export async function runBuilt(program, { isStart }) {
  const end = () => process.exit(0);
  for (const signal of SIGNALS) process.on(signal, end);
  const { build } = await import('./build.mjs');
  await build(isStart ? preflight : undefined);
  require(`../dist/${program}`);
  for (const signal of SIGNALS) process.off(signal, end);
}

async function preflight() {
  try {
    await require('../dist/dev/stack/preflight.js').preflight(process.env);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
