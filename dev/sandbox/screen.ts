import type { DevJson } from '../stack/dev-json';
import { readyScreen } from '../stack/screen';

/** What a person sees when the sandbox is ready: the stack's screen, and how to move the clock. */
export function sandboxScreen(dev: DevJson, home: string, seconds: number): string {
  return [
    readyScreen(dev, home, seconds),
    '',
    'This is the sandbox: its state is gone when it stops. Let a month pass:',
    `  curl -s ${dev.apiUrl}/sandbox/clock/advance -H 'Authorization: Bearer ${dev.apiKey}' \\`,
    `    -H 'Content-Type: application/json' -d '{"by": "P1M"}'`,
  ].join('\n');
}
