import { relative } from 'node:path';
import type { DevJson } from './dev-json';

/** What a person sees when the stack is ready: addresses, keys and a first call to try. */
export function readyScreen(dev: DevJson, home: string, seconds: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['API', dev.apiUrl],
    ['API docs', `${dev.apiUrl}/docs`],
    ['Runbook', `${dev.apiUrl}/docs/operators`],
    ['Temporal UI', dev.temporalUiUrl ?? temporalWithoutUi(dev)],
    ['Stripe', dev.stripeUrl === null ? 'the real one' : `${dev.stripeUrl} (simulator)`],
    ['Job provider', dev.studioUrl === null ? 'not ours' : `${dev.studioUrl} (studio)`],
    ['Postgres', dev.databaseUrl],
    ['State, logs', relative(process.cwd(), home) || '.'],
    ['Customer key', dev.apiKey],
    ['Operator key', dev.operatorKey],
  ];
  return [
    '',
    `Scrip is ready after ${seconds.toFixed(1)} s.`,
    '',
    ...rows.map(([label, value]) => `  ${label.padEnd(13)} ${value}`),
    '',
    'In another terminal: eval "$(npx scrip env)", then go on with the README. Or try:',
    `  curl -s ${dev.apiUrl}/v1/customers -H 'Authorization: Bearer ${dev.apiKey}' \\`,
    `    -H 'Content-Type: application/json' -d '{"externalId": "ada"}'`,
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

function temporalWithoutUi({ temporalAddress, sandboxUrl }: DevJson): string {
  if (sandboxUrl !== undefined) return `none: the server that skips time has none (${temporalAddress})`;
  return `at ${temporalAddress}, not ours`;
}
