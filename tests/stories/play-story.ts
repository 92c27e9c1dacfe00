import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/platform/package-root';

const run = promisify(execFile);
const root = findPackageRoot();

/** What a story of examples/ prints when it is told to the stack of a home; `path` comes before the PATH of the machine. */
export async function playStory(name: string, home: string, path?: string): Promise<string> {
  const inherited = process.env['PATH'] ?? '';
  const { stdout } = await run('bash', [`examples/${name}.sh`], {
    cwd: root,
    env: {
      ...process.env,
      SCRIP_HOME: home,
      PATH: path === undefined ? inherited : `${path}${delimiter}${inherited}`,
    },
  });
  return stdout;
}

/** What it printed when it was checked in. */
export function storyAsCheckedIn(name: string): Promise<string> {
  return readFile(join(root, `examples/${name}.out`), 'utf8');
}

/**
 * A folder with a `curl` that does what curl does, and then kills worker and API after those of its POSTs that are named, counted from
 * 1. It returns when the stack has started both again. A stack gives up a part that has died five times within a minute.
 */
export async function curlThatKillsAfter(posts: readonly number[], home: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scrip-curl-'));
  const { stdout: curl } = await run('bash', ['-c', 'command -v curl']);
  const text = KILLING_CURL.replace('CURL', curl.trim())
    .replace('DEV_JSON', join(home, 'dev.json'))
    .replace('COUNT', join(folder, 'posts'))
    .replace('KILL_AFTER', JSON.stringify(posts));
  await writeFile(join(folder, 'curl'), text);
  await chmod(join(folder, 'curl'), 0o755);
  return folder;
}

const KILLING_CURL = `#!/usr/bin/env bash
"CURL" "$@"
code=$?
[[ " $* " =~ " -d " || " $* " =~ " --data " ]] || exit $code
node - <<'SCRIPT'
const { appendFileSync, readFileSync } = require('node:fs');
const read = () => JSON.parse(readFileSync('DEV_JSON', 'utf8'));
appendFileSync('COUNT', '.');
if (KILL_AFTER.includes(readFileSync('COUNT', 'utf8').length)) kill();

async function kill() {
  const { pids, apiUrl } = read();
  process.kill(pids.worker, 'SIGKILL');
  process.kill(pids.api, 'SIGKILL');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    let now = {};
    try {
      now = read().pids;
    } catch {
      // It is being written.
    }
    const isNew = [now.worker, now.api].every((pid) => pid !== undefined) && now.worker !== pids.worker && now.api !== pids.api;
    if (isNew && (await fetch(apiUrl + '/readyz').then(({ ok }) => ok, () => false))) return;
  }
}
SCRIPT
exit $code
`;
