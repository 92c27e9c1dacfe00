import { relative } from 'node:path';
import type { DevJson } from './dev-json';

/** What a person sees when the stack is ready: addresses, keys and a first call to try. */
export function readyScreen(dev: DevJson, home: string, seconds: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['API', dev.apiUrl],
    ['API docs', `${dev.apiUrl}/docs`],
    ['Runbook', `${dev.apiUrl}/docs/operators`],
    ['Temporal UI', dev.temporalUiUrl ?? temporalWithoutUi(dev)],
    ['Stripe', dev.stripeUrl === null ? 'Stripe itself (STRIPE_SECRET_KEY)' : `${dev.stripeUrl} (simulator)`],
    ['Job provider', dev.studioUrl === null ? 'your own (JOB_PROVIDER_URL)' : `${dev.studioUrl} (studio)`],
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
    'In another terminal, run eval "$(npx scrip env)" and continue with the README. Or try:',
    `  curl -s ${dev.apiUrl}/v1/customers -H 'Authorization: Bearer ${dev.apiKey}' \\`,
    `    -H 'Content-Type: application/json' -d '{"externalId": "ada"}'`,
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

function temporalWithoutUi({ temporalAddress, sandboxUrl }: DevJson): string {
  if (sandboxUrl !== undefined) return `none: the time-skipping server has no UI (${temporalAddress})`;
  return `unknown: set TEMPORAL_UI_URL (the server is at ${temporalAddress})`;
}
