import { createRequire } from 'node:module';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Compiles what changed, then runs a program of the build in this very process, so that signals reach it directly; npm's do
 * because its scripts `exec` it: a shell in between would keep them. One that comes before the program listens ends the
 * process at once: there is nothing to stop yet.
 */
export async function runBuilt(program) {
  const end = () => process.exit(0);
  for (const signal of SIGNALS) process.on(signal, end);
  const { build } = await import('./build.mjs');
  await build();
  createRequire(import.meta.url)(`../dist/${program}`);
  for (const signal of SIGNALS) process.off(signal, end);
}
