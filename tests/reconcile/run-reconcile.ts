import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/platform/package-root';

/** What `npx scrip reconcile --json` ends with and says, on the stack of a state folder. */
export function runReconcile(home: string): Promise<{ code: number; report: unknown }> {
  const program = join(findPackageRoot(), 'dist/src/main/cli.js');
  const env = { PATH: process.env['PATH'], SCRIP_HOME: home };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, 'reconcile', '--json'], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (stdout === '' || typeof code !== 'number') reject(new Error(stderr, { cause: error }));
      else resolve({ code, report: JSON.parse(stdout) as unknown });
    });
  });
}
