import { credits } from '../../src/domain/credits';
import { instantOf } from '../../src/domain/instants';
import type { Ledger, LedgerCommand } from '../../src/ledger/commands';

/** One wallet for the hot cases; the spread ones choose among `WALLETS`. */
export const HOT = 'cus_hot';
export const WALLETS = 10_000;

/** Without a time of day: pgbench takes every `:00` for a variable (and every `:1`, hence a space before numbers). */
const DAY = '2026-06-01';
const AT = instantOf(Date.parse(DAY));

/** Every twentieth command grants 19 credits in a lot of their own, all others hold one: wallets neither fill nor empty. */
const GRANT_EVERY = 20;
const GRANTED = GRANT_EVERY - 1;
/** What each wallet has at first: more lots than one, enough credits for holds that overtake grants. */
const FIRST_LOTS = [10, 200, 300];

export type NextCommand = () => LedgerCommand;

let last = 0;

function freshKey(): string {
  last += 1;
  return `n${String(last)}`;
}

export function randomWallet(): string {
  return walletId(1 + Math.floor(Math.random() * WALLETS));
}

export function walletId(number: number): string {
  return `cus_${String(number)}`;
}

/** The mix of holds and grants, on wallets that `pick` chooses. */
export function movements(pick: () => string): NextCommand {
  let count = 0;
  return () => {
    const key = freshKey();
    count += 1;
    return count % GRANT_EVERY === 1 ? grant(key, pick(), GRANTED) : hold(key, pick());
  };
}

/** Requests that cannot be paid: refused, and the refusal recorded. */
export function refusals(pick: () => string): NextCommand {
  return () => ({
    ...{ op: 'admit', key: `hold:${freshKey()}`, fingerprint: 'bench', walletId: pick(), effectiveAt: AT },
    credits: credits(Number.MAX_SAFE_INTEGER),
  });
}

/** A pgbench script and how many commands it has, each a call and a transaction of its own. */
export interface Script {
  readonly sql: string;
  readonly commands: number;
}

/** The same mix for pgbench; `wallet` is an SQL text. */
export function pgbenchMovements(wallet: string): Script {
  const common = `"fingerprint":"bench","wallet_id":"' || ${wallet} || '","effective_at":"${DAY}","reason":"Bench"`;
  const key = `' || :key || '`;
  const hold = `{"op":"hold","key":"hold:${key}",${common},"credits": 1,"hold_id":"hld_${key}","action":"external"}`;
  const grant = `{"op":"grant","key":"adjustment:${key}",${common},"credits": ${String(GRANTED)},"grant_id":"grt_${key}","source":"goodwill"}`;
  return scriptOf([grant, ...Array.from({ length: GRANT_EVERY - 1 }, () => hold)]);
}

export function pgbenchRefusals(wallet: string): Script {
  const common = `"fingerprint":"bench","wallet_id":"' || ${wallet} || '","effective_at":"${DAY}"`;
  return scriptOf([
    `{"op":"admit","key":"hold:' || :key || '",${common},"credits": ${String(Number.MAX_SAFE_INTEGER)}}`,
  ]);
}

function scriptOf(commands: readonly string[]): Script {
  const lines = commands.flatMap((command) => [
    '\\set key random(1, 9000000000000000000)',
    `\\set wallet random(1, ${String(WALLETS)})`,
    `SELECT * FROM ledger.apply_batch(('[${command}]')::jsonb);`,
  ]);
  return { sql: lines.join('\n'), commands: commands.length };
}

/** Gives every wallet its first lots. */
export async function openWallets(ledger: Ledger): Promise<void> {
  const wallets = [HOT, ...Array.from({ length: WALLETS }, (_, index) => walletId(index + 1))];
  for (let index = 0; index < wallets.length; index += 1000) {
    const some = wallets.slice(index, index + 1000);
    await Promise.all(
      some.flatMap((wallet) => FIRST_LOTS.map((size) => ledger.submit(grant(freshKey(), wallet, size)))),
    );
  }
}

function grant(key: string, wallet: string, amount: number): LedgerCommand {
  return {
    ...{ op: 'grant', key: `adjustment:${key}`, fingerprint: 'bench', walletId: wallet, effectiveAt: AT },
    ...{ grantId: `grt_${key}`, source: 'goodwill', credits: credits(amount), cost: null, expiresAt: null },
    reason: 'Bench',
  };
}

function hold(key: string, wallet: string): LedgerCommand {
  return {
    ...{ op: 'hold', key: `hold:${key}`, fingerprint: 'bench', walletId: wallet, effectiveAt: AT },
    ...{ holdId: `hld_${key}`, credits: credits(1), action: 'external', reason: 'Bench' },
  };
}
