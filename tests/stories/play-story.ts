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
  await writeFile(
    join(folder, 'curl'),
    killingCurl({ curl: curl.trim(), devJson: join(home, 'dev.json'), count: join(folder, 'posts'), posts }),
  );
  await chmod(join(folder, 'curl'), 0o755);
  return folder;
}

function killingCurl(names: {
  readonly curl: string;
  readonly devJson: string;
  /** A file as long as the number of POSTs so far. */
  readonly count: string;
  readonly posts: readonly number[];
}): string {
  return `#!/usr/bin/env bash
"${names.curl}" "$@" || exit
[[ " $* " =~ " -d " || " $* " =~ " --data " ]] || exit 0
node - <<'SCRIPT'
const { appendFileSync, readFileSync } = require('node:fs');
const read = () => JSON.parse(readFileSync('${names.devJson}', 'utf8'));
appendFileSync('${names.count}', '.');
if (${JSON.stringify(names.posts)}.includes(readFileSync('${names.count}', 'utf8').length)) kill();

async function kill() {
  const { pids, apiUrl } = read();
  const parts = ['worker', 'api'];
  for (const part of parts) process.kill(pids[part], 'SIGKILL');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    let now = {};
    try {
      now = read().pids;
    } catch {
      // It is being written.
    }
    const isReady = await fetch(apiUrl + '/readyz').then(({ ok }) => ok, () => false);
    if (isReady && parts.every((part) => now[part] !== undefined && now[part] !== pids[part])) return;
  }
}
SCRIPT
`;
}
