import { instantOf, epochMsOf, type Instant } from '../../src/domain/instants';
import { cycleStart } from '../../src/domain/billing-calendar';
import type { SandboxClient } from '../scenarios/sandbox-client';
import { beginStory, type Story } from './story';

/** How long to wait before a case goes on: so long, or until so long after its subscription's next period begins. */
export type Pause = { readonly hours: number } | { readonly renewal: number; readonly hours: number };

/** What somebody does at Stripe, what should be seen, and the pauses between. */
export interface Case {
  readonly name: string;
  readonly play: (story: Story) => AsyncGenerator<Pause, void>;
}

/** Plays cases side by side on one clock: whoever has waited long enough goes on, the longest due first. */
export async function playCases(sandbox: SandboxClient, cases: readonly Case[]): Promise<void> {
  const now = await sandbox.now();
  const running: { name: string; story: Story; steps: AsyncGenerator<Pause, void>; at: string }[] = [];
  for (const { name, play } of cases) {
    const story = await beginStory(sandbox);
    running.push({ name, story, steps: play(story), at: now });
  }
  while (running.length > 0) {
    running.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    const [next] = running;
    if (next === undefined) return;
    // The clock goes on by itself meanwhile, so that a moment that is nearly here may be over when it is asked for.
    const soon = instantOf(epochMsOf((await sandbox.now()) as Instant) + 60_000);
    if (next.at > soon) await sandbox.advance({ to: next.at });
    const step = await next.steps.next().catch((error: unknown) => {
      throw new Error(`${next.name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    if (step.done === true) {
      running.shift();
      await end(next.story);
    } else next.at = await instantAfter(next.story, step.value);
  }
}

async function instantAfter({ sandbox, subscription }: Story, pause: Pause): Promise<Instant> {
  const hoursAfter = (at: string) => instantOf(epochMsOf(at as Instant) + pause.hours * 3_600_000);
  if (!('renewal' in pause)) return hoursAfter(await sandbox.now());
  const { anchorAt } = await subscription();
  return hoursAfter(cycleStart(anchorAt as Instant, pause.renewal));
}

/** Leaves nothing behind that would go on renewing. */
async function end({ stripe, stripeCustomer }: Story): Promise<void> {
  const customer = await stripeCustomer().catch(() => null);
  if (customer === null) return;
  const { data } = await stripe.subscriptions.list({ customer });
  for (const { id } of data) await stripe.subscriptions.cancel(id);
}
