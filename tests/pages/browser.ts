import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where the systems that we know put it; `CHROMIUM` names another place. */
const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine; undefined when it has none, since tests download nothing of the kind. */
export function findChromium(): string | undefined {
  return PLACES.find((path) => path !== '' && existsSync(path));
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
