import type { DevJson } from '../stack/dev-json';
import { readyScreen } from '../stack/screen';

/** What is printed when the sandbox is ready: the stack's screen, and how to advance the clock. */
export function sandboxScreen(dev: DevJson, home: string, seconds: number): string {
  return [
    readyScreen(dev, home, seconds),
    '',
    'This is the sandbox. Its state is discarded when it stops. Advance the clock by a month:',
    `  curl -s ${dev.apiUrl}/sandbox/clock/advance -H 'Authorization: Bearer ${dev.apiKey}' \\`,
    `    -H 'Content-Type: application/json' -d '{"by": "P1M"}'`,
  ].join('\n');
}
