import type { Instant } from '../../domain/instants';
import { wordsOfStarted } from '../../domain/spends/began-before';
import type { SpendInput } from './messages';

/** The progress of a spend as its workflow knows it. The heartbeats of its activity tell about the running job. */
export type SpendStanding =
  | { readonly at: 'reserving' }
  | { readonly at: 'working'; readonly held: number | null; readonly deadlineAt: Instant }
  /** External work: the integrator does it. `silentAt` null: only the deadline ends it. */
  | {
      readonly at: 'waiting';
      readonly held: number | null;
      readonly deadlineAt: Instant;
      readonly silentAt: Instant | null;
    }
  /** External work has ended for a reason, and is being settled. */
  | { readonly at: 'closing'; readonly why: string }
  | { readonly at: 'settling'; readonly how: string; readonly delivered: number }
  | { readonly at: 'refused'; readonly code: string; readonly message: string }
  | ({ readonly at: 'ended' } & SpendEnd);

/** The numbers are null where an older release, which did not report them, recorded the end. */
export interface SpendEnd {
  readonly status: string;
  readonly credits: { readonly held: number; readonly captured: number; readonly released: number } | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  /** What else is known of how it ended. */
  readonly note?: string;
}

/** Whether somebody wants the work to end, and how soon. */
export interface Wish {
  readonly stop: boolean;
  /** Why an operator no longer waits for the provider; null while it is waited for. */
  readonly givenUp: string | null;
}

/** The operator's card in the Web UI. `externalId`: what the integrator calls the customer, where that is known. */
export function spendCard(
  input: SpendInput,
  standing: SpendStanding,
  { wish, externalId }: { readonly wish: Wish; readonly externalId: string | undefined },
): string {
  const { spendId, customerId } = input;
  const who = externalId === undefined ? customerId : `${customerId} (your “${externalId}”)`;
  const lines = [`**${wordsOfStarted(input)}** for ${who}, spend ${spendId}.`, ...linesOf(standing, wish)];
  return lines.join('\n\n');
}

function linesOf(standing: SpendStanding, wish: Wish): readonly string[] {
  switch (standing.at) {
    case 'reserving':
      return [
        'Its credits are being held. If this does not change, the database cannot be reached; the log of the worker says why.',
      ];
    case 'working':
      return working(standing, wish);
    case 'waiting':
      return waiting(standing);
    case 'closing':
      return [
        `The work has ended: ${standing.why}. Its credits are being settled. If this does not change, the database cannot be reached; the log of the worker says why.`,
      ];
    case 'settling':
      return [
        `The work has ended: ${standing.how}, ${String(standing.delivered)} delivered. Its credits are being settled. If this does not change, the database cannot be reached; the log of the worker says why.`,
      ];
    case 'refused':
      return [`**refused**: ${standing.code}. ${standing.message} Nothing was held.`];
    case 'ended':
      return [endOf(standing)];
  }
}

function waiting({
  held,
  deadlineAt,
  silentAt,
}: Extract<SpendStanding, { at: 'waiting' }>): readonly string[] {
  const silent =
    silentAt === null
      ? 'Heartbeats are not asked for.'
      : `If nothing is heard of it until ${silentAt}, its last heartbeat is looked up: it is waited for as long as it lives.`;
  return [
    `${heldOf(held)} held. The integrator does the work and says how it ended; until ${deadlineAt} at the latest. ${silent}`,
    'When it was last heard of, and its progress, are on the spend (`heardAt`, `progress`): a heartbeat leaves nothing here.',
    'To stop it, send the signal `cancel`. If the integrator cannot say how it ended, send the Update `giveUp` with `{"reason": "…"}`. Both release everything.',
  ];
}

function heldOf(held: number | null): string {
  return held === null ? 'Its credits are' : `${wordsOfCredits(held)} ${held === 1 ? 'is' : 'are'}`;
}

function working(
  { held, deadlineAt }: Extract<SpendStanding, { at: 'working' }>,
  { stop, givenUp }: Wish,
): readonly string[] {
  const credits = heldOf(held);
  const where =
    'The heartbeat details of the pending activity `runJob` (tab “Pending Activities”) say what it waits for, what the provider last said, and what went wrong last.';
  if (givenUp !== null) {
    return [
      `${credits} held. **Given up** by an operator: ${givenUp}`,
      'What is already delivered and stored is captured, the rest is released.',
      where,
    ];
  }
  if (stop) {
    return [
      `${credits} held. **Asked to stop**: the provider is told to stop, and has until ${deadlineAt} at the latest.`,
      where,
      'If the provider is dead, send the Update `giveUp` with `{"reason": "…"}`.',
    ];
  }
  return [
    `${credits} held. The work goes on until ${deadlineAt} at the latest.`,
    where,
    'To stop it, send the signal `cancel`. If the provider is dead, send the Update `giveUp` with `{"reason": "…"}`.',
  ];
}

function endOf({ status, failure, credits, note }: SpendEnd): string {
  const why = failure === null ? '' : `: ${whyOf(failure)}`;
  const numbers =
    credits === null
      ? ''
      : `; ${String(credits.held)} held, ${String(credits.captured)} captured, ${String(credits.released)} released`;
  return `**${status}**${why}${numbers}.${note === undefined ? '' : ` ${note}`}`;
}

function whyOf({ code, detail }: NonNullable<SpendEnd['failure']>): string {
  return detail === '' ? code : `${code}, ${withoutStop(detail)}`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function wordsOfCredits(count: number): string {
  return `${String(count)} credit${count === 1 ? '' : 's'}`;
}
