import fc from 'fast-check';
import { credits } from '../../../src/domain/credits';
import type { Allowance, GrantSource, LedgerCommand } from '../../../src/ledger/commands';
import { admit, grant, hold, instantAt, settle } from './commands';

/** What a drawn number means depends on what came before it, so a script stays sensible when fast-check shortens it. */
interface Step {
  readonly what: What;
  readonly wallet: number;
  /** Picks one of the holds, grants, clawbacks or commands so far, or one that does not exist. */
  readonly pick: number;
  readonly amount: number;
  readonly hours: number;
  readonly option: number;
  /** What only some commands have: a key held once, a limit, a place for nothing, allowances that are due. */
  readonly special: Special;
}

const SPECIALS = ['nothing', 'exclusive', 'free', 'limit', 'allowances'] as const;
type Special = (typeof SPECIALS)[number];

/** What can be drawn, and how often for once that something else is. */
const WEIGHTS = {
  ...{
    grant: 2,
    paid: 2,
    hold: 4,
    external: 2,
    licence: 1,
    admit: 1,
    settle: 3,
    capture: 2,
    void: 1,
    refund: 3,
  },
  ...{ clawback: 3, adjustment: 1, undo: 2, expire: 1, replay: 1, altered: 1 },
};
type What = keyof typeof WEIGHTS;

/** What the ledger decides in memory when a wallet has nothing else in a batch. */
const ORDINARY: readonly What[] = ['grant', 'paid', 'hold', 'admit', 'settle'];

/**
 * A list of commands on one to three wallets: every operation, with repeats, altered repeats and strangers among them.
 * With `ordinary` mostly those that need no special case, so that whole batches consist of them.
 */
export function arbitraryCommands(
  prefix: () => string,
  { ordinary = false } = {},
): fc.Arbitrary<readonly LedgerCommand[]> {
  const whats = (Object.keys(WEIGHTS) as What[]).map((what) => ({
    arbitrary: fc.constant(what),
    weight: WEIGHTS[what] * (ordinary && ORDINARY.includes(what) ? 20 : 1),
  }));
  const step: fc.Arbitrary<Step> = fc.record({
    what: fc.oneof(...whats),
    wallet: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 2),
    pick: fc.noBias(fc.nat(30)),
    amount: fc.oneof(fc.nat(12), fc.nat(120)),
    hours: ordinary ? fc.constantFrom(0, 0, 1) : fc.constantFrom(0, 0, 0, 1, 24, 200),
    option: ordinary ? fc.constantFrom(1, 1, 1, 1, 1, 3, 4, 2) : fc.noBias(fc.nat(5)),
    special: fc.oneof(
      ...SPECIALS.map((special) => ({
        arbitrary: fc.constant(special),
        weight: special === 'nothing' ? (ordinary ? 40 : 4) : special === 'allowances' ? 2 : 1,
      })),
    ),
  });
  return fc
    .array(step, { minLength: 1, maxLength: 40, size: 'max' })
    .map((steps) => writeScript(steps, prefix()));
}

function writeScript(steps: readonly Step[], prefix: string): readonly LedgerCommand[] {
  const commands: LedgerCommand[] = [grant(`${prefix}-w0`, `${prefix}-first`, 200)];
  const lists = [0, 1, 2].map(() => ({
    ...{ grants: [] as string[], spends: [] as string[], holds: [] as string[], clawbacks: [] as string[] },
  }));
  let hours = 0;
  for (const [index, step] of steps.entries()) {
    hours += step.hours;
    const command = commandOf(step, index, hours);
    const isRepeat = step.what === 'replay' || step.what === 'altered';
    commands.push(
      step.special === 'allowances' && !isRepeat
        ? { ...command, allowances: allowancesOf(command.walletId, step, hours) }
        : command,
    );
  }
  return commands;

  function commandOf(step: Step, index: number, now: number): LedgerCommand {
    const { pick, option } = step;
    const id = `${prefix}-${String(index)}`;
    const walletId = `${prefix}-w${String(step.wallet)}`;
    const amount = credits(step.amount);
    // Now and then a clock that goes wrong.
    const effectiveAt = instantAt(option === 5 ? now - 30 : now);
    const common = { key: id, fingerprint: id, walletId, effectiveAt, reason: step.what };
    // Rarely one of another wallet, or one that does not exist.
    const { grants, spends, holds, clawbacks } = lists[pick === 29 ? (step.wallet + 1) % 3 : step.wallet]!;
    const known = (ids: readonly string[]) =>
      (pick === 30 ? undefined : ids[pick % ids.length]) ?? `${prefix}-unknown`;
    // What would find nothing yet to work on makes something instead.
    const what = instead(step.what, { spends, holds, clawbacks });
    const expiresAt = option === 0 ? instantAt(now + step.amount + 1) : undefined;
    switch (what) {
      case 'grant':
      case 'paid': {
        grants.push(id);
        const source: GrantSource = what === 'paid' ? 'add_on' : 'goodwill';
        const paid = {
          cost: { amountMinor: 10 * option + 1, currency: 'usd' },
          paymentId: `${walletId}-p${String(pick % 3)}`,
        };
        const more = {
          ...{ effectiveAt, source, expiresAt: expiresAt ?? null, ...(what === 'paid' ? paid : {}) },
          ...limitOf(step),
        };
        return grant(walletId, id, 4 * step.amount + 1, more);
      }
      case 'hold':
        spends.push(id);
        holds.push(`hold_${id}`);
        return hold(walletId, id, credits(Math.ceil(step.amount / 2)), {
          effectiveAt,
          ...(option === 4 && pick > 20
            ? { refusal: { code: 'plan_required', details: { plan: 'free' } } }
            : {}),
          ...onceOrFree(step, prefix),
        });
      case 'licence':
        holds.push(`hold_${id}`);
        return hold(walletId, id, amount, {
          ...{ effectiveAt, capture: true, ...royaltyOf(step), ...onceOrFree(step, prefix) },
        });
      case 'external':
        holds.push(id);
        return {
          ...{ ...common, op: 'hold', holdId: id, credits: amount, action: 'external' },
          ...(expiresAt === undefined ? {} : { expiresAt }),
          ...(option === 1 ? { capture: true } : {}),
        };
      case 'admit':
        return admit(walletId, option === 0 ? known(spends) : id, amount, {
          ...{ effectiveAt, action: 'generate_images', ...onceOrFree(step, prefix) },
        });
      case 'settle': {
        const spend = known(spends);
        return settle(walletId, spend, step.special === 'free' ? 0 : Math.ceil(step.amount / 3), {
          key: option === 0 ? `${spend}/settle` : id,
          effectiveAt,
          succeeded: pick % 4 > 0,
          ...(step.special === 'free' ? {} : royaltyOf(step)),
        });
      }
      case 'capture':
        return {
          ...{ ...common, op: 'capture', holdId: known(holds), final: option % 2 === 0 },
          credits: option === 3 ? null : credits(Math.ceil(step.amount / 3)),
        };
      case 'void':
        return { ...common, op: 'void', holdId: known(holds), expired: false };
      case 'refund':
        return {
          ...{ ...common, op: 'refund', refundId: id, holdId: known(holds) },
          credits: option > 3 ? null : credits(Math.ceil(step.amount / 4)),
        };
      case 'clawback':
      case 'adjustment':
        clawbacks.push(id);
        return {
          ...{
            ...common,
            op: 'clawback',
            clawbackId: id,
            credits: credits((option === 3 ? 4 : 1) * step.amount + 1),
          },
          ...{ availableOnly: what === 'adjustment' },
          ...(step.special === 'limit' ? { atMostGranted: true } : {}),
          paymentId: what === 'adjustment' || option > 2 ? null : `${walletId}-p${String(pick % 3)}`,
        };
      case 'undo':
        return {
          ...{ ...common, op: 'clawback_undo', clawbackId: known(clawbacks) },
          credits: option < 2 ? null : credits(Math.ceil(step.amount / 5)),
        };
      case 'expire':
        return {
          ...{ op: 'expire', key: id, fingerprint: id, walletId, effectiveAt },
          grantId: known(grants),
        };
      case 'replay':
      case 'altered': {
        const earlier = commands[pick % (commands.length + 1)];
        if (earlier === undefined) return admit(walletId, id, amount);
        return what === 'replay' ? earlier : { ...earlier, fingerprint: 'another' };
      }
    }
  }
}

/** A share of what is captured; nothing when nothing is. */
function royaltyOf({ option, amount }: Step) {
  return option === 2 ? { royalty: { creatorId: 'artist', credits: credits(Math.floor(amount / 3)) } } : {};
}

/** One of two keys, or one of the first few of the action. */
function onceOrFree({ special, pick }: Step, prefix: string) {
  if (special === 'exclusive') return { exclusive: `${prefix}-once-${String(pick % 2)}` };
  return special === 'free' ? { firstFree: 1 + (pick % 3) } : {};
}

const MONTHLY = 'monthly';

function limitOf({ special, pick, amount }: Step) {
  if (special !== 'limit') return {};
  return { allowance: MONTHLY, upTo: pick % 4 === 0 ? null : credits(3 * amount + 1) };
}

/** What the day brings: the first always the same, the second one that changes during the day and may have an end. */
function allowancesOf(walletId: string, { pick, amount }: Step, now: number): readonly Allowance[] {
  const day = Math.floor(now / 24);
  return ['daily', MONTHLY].slice(0, 1 + (pick % 2)).map((allowance) => ({
    ...{
      key: `grant:${walletId}:${allowance}:${String(day)}`,
      grantId: `${walletId}-${allowance}-${String(day)}`,
    },
    ...{ allowance, reason: allowance },
    ...(allowance === 'daily'
      ? { credits: credits(5), upTo: credits(5), expiresAt: null }
      : {
          ...{ credits: credits(amount + 1), upTo: pick % 3 === 0 ? null : credits(2 * amount + 1) },
          expiresAt: pick % 4 === 1 ? instantAt(24 * (day + 1)) : null,
        }),
  }));
}

type Ids = readonly string[];

function instead(what: What, made: { spends: Ids; holds: Ids; clawbacks: Ids }): What {
  if (what === 'settle' && made.spends.length === 0) return 'hold';
  if (['capture', 'void', 'refund'].includes(what) && made.holds.length === 0) return 'licence';
  return what === 'undo' && made.clawbacks.length === 0 ? 'clawback' : what;
}
