import type {
  AdmitCommand,
  Allowance,
  ClawbackCommand,
  ClawbackUndoCommand,
  GrantCommand,
  HoldCommand,
  LedgerCommand,
  LedgerOutcome,
  RefundCommand,
} from '../../../src/ledger/commands';

const WEEK_MS = 7 * 24 * 3_600_000;
type Part = 'free' | 'held' | 'spent' | 'repaid' | 'expired' | 'clawed';

export interface Lot extends Record<Part, number> {
  readonly grantId: string;
  readonly paid: boolean;
  readonly paymentId: string | null;
  readonly grantedAt: string;
  readonly allowance: string | null;
  readonly upTo: number | null;
  expiresAt: string | null;
}

interface Take {
  readonly lot: Lot;
  readonly credits: number;
  captured: number;
  released: number;
  refunded: number;
}

export interface Hold {
  readonly id: string;
  readonly credits: number;
  open: number;
  captured: number;
  released: number;
  refunded: number;
  royalty: number;
  reversed: number;
  state: 'open' | 'captured' | 'voided' | 'expired';
  readonly expiresAt: string | null;
  readonly takes: readonly Take[];
  readonly action: string;
  readonly spendId: string | undefined;
  readonly exclusive: string | null;
  readonly free: boolean;
  /** Null while it is open. */
  fulfilled: boolean | null;
  givenBack: string | null;
}

interface Clawback {
  readonly id: string;
  readonly paymentId: string | null;
  readonly takes: { readonly lot: Lot; left: number }[];
  debt: number;
}

export interface Wallet {
  owed: number;
  effectiveAt: string;
  readonly lots: Lot[];
  readonly holds: Hold[];
  readonly clawbacks: Clawback[];
  readonly payments: Map<string, { granted: number; clawed: number }>;
}

export interface Answer {
  readonly outcome: LedgerOutcome;
  readonly replayed: boolean;
  readonly reply: Readonly<Record<string, unknown>>;
}

type Applied = readonly [LedgerOutcome, Readonly<Record<string, unknown>>?];

/**
 * The ledger by its rules, one command at a time, in memory and without a thought for speed. `available` and
 * `held` are nothing but sums over lots here. The real one must agree with it on every answer and every number.
 */
export function createReferenceLedger() {
  const wallets = new Map<string, Wallet>();
  const answers = new Map<string, Answer & { fingerprint: string; walletId: string }>();

  const submit = (command: LedgerCommand): Answer => {
    const wallet = walletOf(command);
    const at = latest(command.effectiveAt, wallet.effectiveAt);
    const known = answers.get(command.key);
    if (known !== undefined) {
      const same = known.fingerprint === command.fingerprint && known.walletId === command.walletId;
      if (same) return { outcome: known.outcome, replayed: true, reply: known.reply };
      const reply = { ...balanceOf(wallet), effectiveAt: at };
      return { outcome: 'idempotency_key_reused', replayed: false, reply };
    }
    const expired = letTimePass(wallet, at);
    for (const allowance of command.allowances ?? []) grantOnce(wallet, command.walletId, allowance, at);
    const [outcome, details] = apply(wallet, { ...command, effectiveAt: at as never }, expired);
    if (outcome === 'applied') wallet.effectiveAt = at;
    const reply = { ...balanceOf(wallet), ...details, effectiveAt: at };
    const answer: Answer = { outcome, replayed: false, reply };
    if (outcome !== 'admitted' && outcome !== 'already_held') {
      answers.set(command.key, { ...answer, fingerprint: command.fingerprint, walletId: command.walletId });
    }
    return answer;
  };

  const grantOnce = (wallet: Wallet, walletId: string, allowance: Allowance, at: string): void => {
    if (answers.has(allowance.key)) return;
    const [outcome, details] = grant(wallet, { ...allowance, cost: null, effectiveAt: at as never });
    wallet.effectiveAt = at;
    const reply = { ...balanceOf(wallet), ...details, effectiveAt: at };
    answers.set(allowance.key, { outcome, replayed: false, reply, fingerprint: 'allowance', walletId });
  };

  const walletOf = ({ walletId, effectiveAt }: LedgerCommand): Wallet => {
    const wallet = wallets.get(walletId) ?? {
      ...{ owed: 0, effectiveAt, lots: [], holds: [], clawbacks: [], payments: new Map() },
    };
    wallets.set(walletId, wallet);
    return wallet;
  };

  return { submit, wallets };
}

export function balanceOf({ lots, owed }: Wallet) {
  return { available: sum(lots, ({ free }) => free), held: sum(lots, ({ held }) => held), owed };
}

/** What has passed its instant ends before anything else is asked, in the order of the instants: lots first, then holds. */
function letTimePass(wallet: Wallet, at: string): ReadonlyMap<string, number> {
  const lots = new Map<string, number>();
  for (;;) {
    const lot = firstDue(wallet.lots.filter(({ free }) => free > 0));
    const hold = firstDue(wallet.holds.filter(({ state }) => state === 'open'));
    if (lot === undefined && hold === undefined) return lots;
    if (lot !== undefined && (hold === undefined || lot.expiresAt! <= hold.expiresAt!)) {
      wallet.effectiveAt = latest(wallet.effectiveAt, lot.expiresAt!);
      lots.set(lot.grantId, (lots.get(lot.grantId) ?? 0) + lot.free);
      shift(lot, 'free', 'expired', lot.free, wallet.effectiveAt);
    } else if (hold !== undefined) {
      wallet.effectiveAt = latest(wallet.effectiveAt, hold.expiresAt!);
      end(wallet, hold, 0, hold.open, 'expired', wallet.effectiveAt);
      hold.fulfilled = hold.captured > 0;
    }
  }

  function firstDue<Due extends { readonly expiresAt: string | null }>(all: readonly Due[]): Due | undefined {
    return all
      .filter(({ expiresAt }) => expiresAt !== null && expiresAt <= at)
      .sort((a, b) => compare([a.expiresAt!], [b.expiresAt!]))[0];
  }
}

function latest(one: string, other: string): string {
  return one > other ? one : other;
}

function apply(wallet: Wallet, command: LedgerCommand, expired: ReadonlyMap<string, number>): Applied {
  switch (command.op) {
    case 'grant':
      return grant(wallet, command);
    case 'admit':
      return (
        heldAlready(wallet, command) ??
        refusalOf(wallet, command) ?? ['admitted', isFree(wallet, command) ? { free: true } : {}]
      );
    case 'hold':
      return heldAlready(wallet, command) ?? refusalOf(wallet, command) ?? place(wallet, command);
    case 'settle':
    case 'capture':
    case 'void':
      return resolve(wallet, command);
    case 'refund':
      return refund(wallet, command);
    case 'clawback':
      return clawback(wallet, command);
    case 'clawback_undo':
      return undo(wallet, command);
    case 'expire': {
      const credits = expired.get(command.grantId) ?? 0;
      return [credits > 0 ? 'applied' : 'nothing_to_expire', { grantId: command.grantId, expired: credits }];
    }
  }
}

type Granted = Pick<GrantCommand, 'grantId' | 'cost' | 'effectiveAt' | 'expiresAt' | 'paymentId'> &
  Pick<GrantCommand, 'allowance' | 'upTo'> & { readonly credits: number };

function grant(wallet: Wallet, command: Granted): Applied {
  const { cost, effectiveAt, allowance = null, upTo = null } = command;
  const room = upTo === null ? Infinity : upTo - leftOf(wallet, allowance);
  const credits = Math.max(Math.min(command.credits, room), 0);
  const repaid = Math.min(credits, wallet.owed);
  wallet.owed -= repaid;
  const lot: Lot = {
    ...{ grantId: command.grantId, paid: (cost?.amountMinor ?? 0) > 0, paymentId: command.paymentId ?? null },
    ...{ grantedAt: effectiveAt, expiresAt: command.expiresAt },
    ...{ free: credits - repaid, held: 0, spent: 0, repaid, expired: 0, clawed: 0 },
    ...{ allowance, upTo },
  };
  if (credits > 0) wallet.lots.push(lot);
  if (command.paymentId !== undefined) {
    const { granted, clawed } = wallet.payments.get(command.paymentId) ?? { granted: 0, clawed: 0 };
    wallet.payments.set(command.paymentId, { granted: granted + credits, clawed });
  }
  return [
    'applied',
    {
      repaid,
      ...(allowance === null ? {} : { granted: credits, allowance, upTo }),
      ...(credits === 0 ? {} : { grantId: command.grantId }),
    },
  ];
}

function leftOf({ lots }: Wallet, allowance: string | null): number {
  return sum(
    lots.filter((lot) => lot.allowance === allowance),
    ({ free, held }) => free + held,
  );
}

/** What has come back above the limit of an allowance's newest lot expires. */
function cap(wallet: Wallet, at: string): void {
  for (const allowance of new Set(wallet.lots.map((lot) => lot.allowance))) {
    const lots = wallet.lots.filter((lot) => lot.allowance === allowance);
    const upTo = lots.at(-1)!.upTo;
    if (allowance === null || upTo === null) continue;
    const excess = Math.max(leftOf(wallet, allowance) - upTo, 0);
    for (const { from: lot, credits } of takeFrom(burnOrder(lots), ({ free }) => free, excess)) {
      shift(lot, 'free', 'expired', credits, at);
    }
  }
}

function heldAlready({ holds }: Wallet, { exclusive }: Pick<HoldCommand, 'exclusive'>): Applied | undefined {
  const held = holds.find(
    (hold) =>
      exclusive !== undefined &&
      hold.exclusive === exclusive &&
      (hold.state === 'open' || hold.state === 'captured'),
  );
  if (held === undefined) return undefined;
  return [
    'already_held',
    { holdId: held.id, ...(held.spendId === undefined ? {} : { spendId: held.spendId }) },
  ];
}

function isFree(
  { holds }: Wallet,
  { firstFree = 0, action }: Pick<AdmitCommand, 'firstFree' | 'action'>,
): boolean {
  const taken = holds.filter(
    (hold) =>
      hold.action === action &&
      hold.fulfilled !== false &&
      hold.givenBack === null &&
      (hold.captured === 0 || hold.refunded < hold.captured),
  );
  return taken.length < firstFree;
}

function refusalOf(
  wallet: Wallet,
  command: Pick<AdmitCommand, 'refusal' | 'credits' | 'firstFree' | 'action'>,
): Applied | undefined {
  const { refusal } = command;
  const credits = isFree(wallet, command) ? 0 : command.credits;
  if (refusal !== undefined) return [refusal.code, { details: refusal.details }];
  const { available } = balanceOf(wallet);
  if (available < credits)
    return ['insufficient_credits', { required: credits, shortfall: credits - available }];
  return undefined;
}

function place(wallet: Wallet, command: HoldCommand): Applied {
  const { holdId, effectiveAt } = command;
  const free = isFree(wallet, command);
  const credits = free ? 0 : command.credits;
  const takes = takeFrom(burnOrder(wallet.lots), ({ free }) => free, credits).map(
    ({ from: lot, credits }) => {
      shift(lot, 'free', 'held', credits, effectiveAt);
      return { lot, credits, captured: 0, released: 0, refunded: 0 };
    },
  );
  const hold: Hold = {
    ...{ id: holdId, credits, open: credits, captured: 0, released: 0, refunded: 0, royalty: 0, reversed: 0 },
    ...{ state: 'open', expiresAt: command.expiresAt ?? null, takes },
    ...{ action: command.action, spendId: command.spendId, exclusive: command.exclusive ?? null, free },
    ...{ fulfilled: null, givenBack: null },
  };
  wallet.holds.push(hold);
  const placed = { holdId, ...(free ? { free } : {}) };
  if (command.capture !== true) return ['applied', placed];
  end(wallet, hold, credits, 0, 'captured', effectiveAt);
  hold.fulfilled = true;
  hold.royalty = free ? 0 : (command.royalty?.credits ?? 0);
  return ['applied', { ...placed, captured: credits, released: 0 }];
}

type Resolution = Extract<LedgerCommand, { op: 'settle' | 'capture' | 'void' }>;

function resolve(wallet: Wallet, command: Resolution): Applied {
  const { holdId } = command;
  const hold = wallet.holds.find(({ id }) => id === holdId);
  if (hold === undefined) return ['hold_not_found'];
  if (command.op === 'void' && command.expired && hold.state === 'expired') {
    return ['applied', resolved(hold, 0, 0)];
  }
  if (hold.state !== 'open') return ['hold_already_settled', { holdId }];
  const captured = command.op === 'void' ? 0 : (command.credits ?? hold.open);
  if (captured > hold.open) {
    return ['hold_exceeded', { holdId, required: captured, shortfall: captured - hold.open }];
  }
  const released = command.op === 'capture' && !command.final ? 0 : hold.open - captured;
  const done = hold.captured + captured > 0 || hold.credits === 0;
  const fulfilled =
    command.op === 'settle' ? command.succeeded : command.op === 'void' ? hold.captured > 0 : done;
  const ended = hold.captured + captured > 0 || (hold.credits === 0 && fulfilled) ? 'captured' : 'voided';
  const state = command.op !== 'void' ? ended : command.expired ? 'expired' : 'voided';
  end(wallet, hold, captured, released, state, command.effectiveAt);
  if (hold.open === 0) hold.fulfilled = fulfilled;
  if (command.op === 'settle') hold.royalty = command.royalty?.credits ?? 0;
  return ['applied', resolved(hold, captured, released)];
}

function resolved({ id, state, ...hold }: Hold, captured: number, released: number) {
  return {
    holdId: id,
    captured,
    released,
    hold: { status: state, captured: hold.captured, released: hold.released },
  };
}

function end(
  wallet: Wallet,
  hold: Hold,
  captured: number,
  released: number,
  state: Hold['state'],
  at: string,
): void {
  const isOpen = (take: Take) => take.credits - take.captured - take.released;
  for (const { from: take, credits } of takeFrom(hold.takes, isOpen, captured)) {
    take.captured += credits;
    shift(take.lot, 'held', 'spent', credits, at);
  }
  for (const { from: take, credits } of takeFrom(hold.takes, isOpen, released)) {
    take.released += credits;
    flowIn(wallet, take.lot, 'held', credits, at);
  }
  hold.open -= captured + released;
  hold.captured += captured;
  hold.released += released;
  if (hold.open === 0) hold.state = state;
}

function refund(wallet: Wallet, command: RefundCommand): Applied {
  const { holdId, effectiveAt } = command;
  const hold = wallet.holds.find(({ id }) => id === holdId);
  if (hold === undefined) return ['hold_not_found'];
  const left = hold.captured - hold.refunded;
  const refunded = command.credits ?? left;
  if (refunded === 0 && hold.captured === 0 && hold.fulfilled === true && hold.givenBack === null) {
    hold.givenBack = command.key;
    return ['applied', { holdId, refunded, repaid: 0 }];
  }
  if (refunded === 0 || refunded > left) {
    return ['refund_exceeds_captured', { holdId, required: refunded, shortfall: refunded - left }];
  }
  const repaid = Math.min(refunded, wallet.owed);
  const backwards = [...hold.takes].reverse();
  for (const { from: take, credits } of takeFrom(
    backwards,
    (take) => take.captured - take.refunded,
    refunded,
  )) {
    take.refunded += credits;
    flowIn(wallet, take.lot, 'spent', credits, effectiveAt);
  }
  hold.refunded += refunded;
  hold.reversed = Math.floor((hold.royalty * hold.refunded) / hold.captured);
  cap(wallet, effectiveAt);
  return ['applied', { holdId, refunded, repaid }];
}

function clawback(wallet: Wallet, command: ClawbackCommand): Applied {
  const { paymentId, effectiveAt } = command;
  const granted = paymentId === null ? undefined : wallet.payments.get(paymentId);
  const credits =
    command.atMostGranted === true && granted !== undefined
      ? Math.min(command.credits, granted.granted - granted.clawed)
      : command.credits;
  const clawed = Math.min(credits, balanceOf(wallet).available);
  if (command.availableOnly && clawed < credits) {
    return ['adjustment_exceeds_available', { required: credits, shortfall: credits - clawed }];
  }
  if (paymentId !== null) {
    const payment = wallet.payments.get(paymentId);
    if (payment === undefined || payment.clawed + credits > payment.granted)
      return ['clawback_exceeds_granted'];
    payment.clawed += credits;
  }
  const order = burnOrder(wallet.lots);
  const own = order.filter((lot) => paymentId !== null && lot.paymentId === paymentId);
  const lots = [...own, ...order.filter((lot) => !own.includes(lot))];
  const takes = takeFrom(lots, ({ free }) => free, clawed).map(({ from: lot, credits }) => {
    shift(lot, 'free', 'clawed', credits, effectiveAt);
    return { lot, left: credits };
  });
  wallet.owed += credits - clawed;
  wallet.clawbacks.push({ id: command.clawbackId, paymentId, takes, debt: credits - clawed });
  return ['applied', { clawed, ...(command.atMostGranted === true ? { credits } : {}) }];
}

function undo(wallet: Wallet, command: ClawbackUndoCommand): Applied {
  const { clawbackId, effectiveAt } = command;
  const taken = wallet.clawbacks.find(({ id }) => id === clawbackId);
  if (taken === undefined) return ['clawback_not_found'];
  const left = taken.debt + sum(taken.takes, (take) => take.left);
  const credits = command.credits ?? left;
  if (credits > left) return ['clawback_exceeds_granted', { required: credits, shortfall: credits - left }];
  const owedBefore = wallet.owed;
  const ofDebt = Math.min(credits, taken.debt);
  const forgiven = Math.min(ofDebt, wallet.owed);
  wallet.owed -= forgiven;
  taken.debt -= ofDebt;
  // The rest of the debt has been paid by lots meanwhile: they get it back.
  for (const { from: lot, credits } of takeFrom(wallet.lots, ({ repaid }) => repaid, ofDebt - forgiven)) {
    shift(lot, 'repaid', 'free', credits, effectiveAt);
  }
  for (const { from: take, credits: back } of takeFrom(taken.takes, (take) => take.left, credits - ofDebt)) {
    take.left -= back;
    flowIn(wallet, take.lot, 'clawed', back, effectiveAt);
  }
  const payment = taken.paymentId === null ? undefined : wallet.payments.get(taken.paymentId);
  if (payment !== undefined) payment.clawed -= credits;
  cap(wallet, effectiveAt);
  return ['applied', { clawed: credits, repaid: owedBefore - wallet.owed }];
}

/** Credits that become free again pay the debt first. */
function flowIn(wallet: Wallet, lot: Lot, from: Part, credits: number, at: string): void {
  const repaid = Math.min(credits, wallet.owed);
  wallet.owed -= repaid;
  shift(lot, from, 'repaid', repaid, at);
  shift(lot, from, 'free', credits - repaid, at);
}

function shift(lot: Lot, from: Part, to: Part, credits: number, at: string): void {
  if (credits === 0) return;
  lot[from] -= credits;
  lot[to] += credits;
  if (lot[from] < 0) throw new Error(`The reference took more from ${lot.grantId} than there is`);
  if (to === 'free' && lot.expiresAt !== null && lot.expiresAt <= at) {
    lot.expiresAt = new Date(Date.parse(at) + WEEK_MS).toISOString();
  }
}

/** Earliest expiry (none last), then unpaid, then oldest, then id. */
function burnOrder(lots: readonly Lot[]): readonly Lot[] {
  const rank = (lot: Lot) => [lot.expiresAt ?? '~', lot.paid ? '1' : '0', lot.grantedAt, lot.grantId];
  return [...lots].sort((a, b) => compare(rank(a), rank(b)));
}

function takeFrom<Source>(sources: readonly Source[], sizeOf: (source: Source) => number, wanted: number) {
  let missing = wanted;
  const taken: { readonly from: Source; readonly credits: number }[] = [];
  for (const from of sources) {
    const credits = Math.min(sizeOf(from), missing);
    if (credits > 0) taken.push({ from, credits });
    missing -= credits;
  }
  if (missing > 0) throw new Error('The reference was asked for more than there is');
  return taken;
}

function compare(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((item, at) => item !== b[at]);
  if (index < 0) return 0;
  return a[index]! < b[index]! ? -1 : 1;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
