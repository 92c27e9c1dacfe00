import { setUpWebhookEndpoint, type WebhookEndpoint } from '../../payments/webhook-endpoint';
import { parseOptions, runVerb, UsageError } from './command';
import { findSurroundings } from './surroundings';

const WEBHOOK_PATH = '/webhooks/stripe';

/** The command `stripe`: what Stripe needs before the first payment. */
export function runStripe(args: readonly string[]): Promise<number> {
  return runVerb('stripe', { setup }, args);
}

/**
 * Creates the webhook endpoint in the account of the secret key, or updates it. Only a new secret goes to standard output, so that
 * a script can read it. Safe to repeat.
 */
async function setup(args: readonly string[]): Promise<number> {
  const values = parseOptions(args, { url: { type: 'string' }, 'end-others': { type: 'boolean' } });
  const surroundings = findSurroundings();
  const account = surroundings.stripe();
  const url = addressOf(values.url ?? surroundings.publicUrl());
  const deleteOthers = values['end-others'] === true;
  refuseUnreachable(url, account);
  const endpoint = await setUpWebhookEndpoint(account, { url: url.href, deleteOthers });
  for (const line of linesOf(endpoint, deleteOthers, account.apiUrl === undefined)) console.error(line);
  if (endpoint.secret !== null) console.log(endpoint.secret);
  return 0;
}

/** Where the API is, with or without the path of the webhook. */
function addressOf(base: string): URL {
  if (!URL.canParse(base))
    throw new UsageError(`${JSON.stringify(base)} is not a URL: it must begin with https://.`);
  const url = new URL(base);
  url.search = url.hash = '';
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(WEBHOOK_PATH) ? path : `${path}${WEBHOOK_PATH}`;
  return url;
}

/** Throws for a URL that Stripe would refuse or could never reach, before Stripe is asked. */
function refuseUnreachable(
  url: URL,
  account: { readonly secretKey: string; readonly apiUrl?: string | undefined },
): void {
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(url.hostname);
  const isLive = /^[rs]k_live_/.test(account.secretKey);
  if (!['http:', 'https:'].includes(url.protocol)) throw new UsageError(`${url.href} is not a web address.`);
  if (isHere && account.apiUrl === undefined) {
    throw new Error(
      `Stripe cannot reach ${url.host}. Open a tunnel and give its address (npx scrip stripe setup --url https://…), or ` +
        'have the Stripe CLI forward the events (stripe listen --forward-to).',
    );
  }
  if (url.protocol === 'http:' && (isLive || !isHere)) {
    throw new Error(`Stripe sends events over https:// only; ${url.href} is not.`);
  }
}

function linesOf(endpoint: WebhookEndpoint, othersEnd: boolean, isStripeItself: boolean): readonly string[] {
  const { id, url, livemode, apiVersion, eventTypes, done, secret, others } = endpoint;
  const mode = livemode ? 'live mode' : 'test mode';
  const what = { made: 'is created', mended: 'is updated', nothing: 'was right already' }[done];
  return [
    `Stripe, ${mode}: the endpoint ${id} ${what}.`,
    `It sends ${String(eventTypes)} types of events in API version ${apiVersion} to ${url}.`,
    ...others.map((other) => lineOfOther(other, id, othersEnd)),
    secret !== null
      ? 'Its secret is shown only this once. Set it as STRIPE_WEBHOOK_SECRET:'
      : `Its secret was shown when it was created.${isStripeItself ? ` Reveal or replace it at ${dashboardOf(id, livemode)}` : ''}`,
  ];
}

function lineOfOther(other: WebhookEndpoint['others'][number], id: string, ends: boolean): string {
  const which = `${other.id} (${other.apiVersion === null ? "the account's API version" : `API version ${other.apiVersion}`})`;
  if (ends) return `${which} at the same address is deleted.`;
  return (
    `${which} also sends to this address. Once STRIPE_WEBHOOK_SECRET is the secret of ${id}, delete the other one: ` +
    'npx scrip stripe setup --end-others'
  );
}

function dashboardOf(id: string, livemode: boolean): string {
  return `https://dashboard.stripe.com/${livemode ? '' : 'test/'}webhooks/${id}`;
}
