import fc from 'fast-check';
import { credits } from '../../../src/domain/credits';
import type { GrantSource, LedgerCommand } from '../../../src/ledger/commands';
import { admit, grant, hold, instantAt, settle } from './commands';

/** What a drawn number means depends on what came before it, so a script stays sensible when fast-check shortens it. */
interface Step {
  readonly what: (typeof WHATS)[number];
  readonly wallet: number;
  /** Picks one of the holds, grants, clawbacks or commands so far, or one that does not exist. */
  readonly pick: number;
  readonly amount: number;
  readonly hours: number;
  readonly option: number;
}

const WHATS = [
  ...([
    'grant',
    'grant',
    'paid',
    'hold',
    'hold',
    'hold',
    'external',
    'licence',
    'admit',
    'settle',
    'settle',
  ] as const),
  ...([
    'capture',
    'void',
    'refund',
    'clawback',
    'adjustment',
    'undo',
    'expire',
    'replay',
    'altered',
  ] as const),
];

/** A list of commands on one to three wallets: every operation, with repeats, altered repeats and strangers among them. */
export function arbitraryCommands(prefix: () => string): fc.Arbitrary<readonly LedgerCommand[]> {
  const step: fc.Arbitrary<Step> = fc.record({
    what: fc.constantFrom(...WHATS),
    wallet: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 2),
    pick: fc.nat(30),
    amount: fc.oneof(fc.nat(12), fc.nat(120)),
    hours: fc.constantFrom(0, 0, 0, 1, 24, 200),
    option: fc.nat(5),
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
    commands.push(commandOf(step, index, hours));
  }
  return commands;

  function commandOf(step: Step, index: number, now: number): LedgerCommand {
    const { what, pick, option } = step;
    const id = `${prefix}-${String(index)}`;
    const walletId = `${prefix}-w${String(step.wallet)}`;
    const amount = credits(step.amount);
    // Now and then a clock that goes wrong.
    const effectiveAt = instantAt(option === 5 ? now - 30 : now);
    const common = { key: id, fingerprint: id, walletId, effectiveAt, reason: what };
    // Rarely one of another wallet, or one that does not exist.
    const { grants, spends, holds, clawbacks } = lists[pick === 29 ? (step.wallet + 1) % 3 : step.wallet]!;
    const known = (ids: readonly string[]) =>
      (pick === 30 ? undefined : ids[pick % ids.length]) ?? `${prefix}-unknown`;
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
        const more = { effectiveAt, source, expiresAt: expiresAt ?? null, ...(what === 'paid' ? paid : {}) };
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
        });
      case 'licence':
        holds.push(`hold_${id}`);
        return hold(walletId, id, amount, { effectiveAt, capture: true, ...royaltyOf(step) });
      case 'external':
        holds.push(id);
        return {
          ...{ ...common, op: 'hold', holdId: id, credits: amount, action: 'external' },
          ...(expiresAt === undefined ? {} : { expiresAt }),
          ...(option === 1 ? { capture: true } : {}),
        };
      case 'admit':
        return admit(walletId, option === 0 ? known(spends) : id, amount, { effectiveAt });
      case 'settle': {
        const spend = known(spends);
        return settle(walletId, spend, step.amount, {
          key: option === 0 ? `${spend}/settle` : id,
          effectiveAt,
          ...royaltyOf(step),
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
