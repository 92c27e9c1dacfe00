import type { Money } from '../domain/catalog/catalog';
import type { Credits } from '../domain/credits';
import type { Instant } from '../domain/instants';

/**
 * A row of another table that must be written in the same transaction as a movement. The ledger's function
 * passes it to `app.record(kind, row)` in the movement's transaction, only when the command is applied.
 * `row` has the table's column names; the table's file in src/store builds it.
 */
export interface StoreRecord {
  readonly kind: string;
  readonly row: Readonly<Record<string, unknown>>;
}

export const GRANT_SOURCES = ['plan', 'add_on', 'signup', 'promo', 'goodwill', 'migration'] as const;
export type GrantSource = (typeof GRANT_SOURCES)[number];

/**
 * Credits that a plan gives again and again (by day, by week) without anybody asking. They come with whatever command is next
 * on the wallet, at that command's instant, before it is decided: from source `plan`, and paid for by nothing.
 */
export interface Allowance {
  /** `grant:{customer}:{allowance}:{first day}`: recorded once, also when it brings nothing. A known key is left as it is. */
  readonly key: string;
  /** The id of the lot. */
  readonly grantId: string;
  /** The catalog's id of the grant. The lots of one allowance have their limit in common. */
  readonly allowance: string;
  readonly credits: Credits;
  /** It brings what is left (free and held) of the allowance's lots up to so many credits; null: all of its credits. */
  readonly upTo: Credits | null;
  readonly expiresAt: Instant | null;
  readonly reason: string;
}

/** What the ledger records as the content of an allowance: the same key is the same grant, whatever it was to bring. */
export const ALLOWANCE_FINGERPRINT = 'allowance';

interface CommandBase {
  /** The business key of the effect. Unique for ever; a repeat gets the recorded outcome. */
  readonly key: string;
  /** A hash of the request's content; the same key with a different fingerprint is refused as `idempotency_key_reused`. */
  readonly fingerprint: string;
  /** The customer whose wallet changes. A wallet is created by its first command. */
  readonly walletId: string;
  /** When the effect counts; within a wallet it never goes back (the function takes the later of this and the last). */
  readonly effectiveAt: Instant;
  readonly records?: readonly StoreRecord[];
  /**
   * What is granted first if it has not been, after what is due to expire has ended. A command that is a repeat grants
   * nothing. Left out: what `allowancesOf` of the ledger's options finds.
   */
  readonly allowances?: readonly Allowance[];
}

/** issued:{source} → available, after repaying `owed`. Makes a lot, unless its limit leaves nothing to grant. */
export interface GrantCommand extends CommandBase {
  readonly op: 'grant';
  readonly grantId: string;
  readonly source: GrantSource;
  readonly credits: Credits;
  /** What was paid for the lot; null for signup, promo and goodwill. */
  readonly cost: Money | null;
  readonly expiresAt: Instant | null;
  readonly reason: string;
  /** The payment for it (app.payments.id); clawbacks find the payment's lots by it. */
  readonly paymentId?: string;
  readonly subscriptionId?: string;
  readonly orderId?: string;
  /** The catalog's id of the grant, for grants that come again. */
  readonly allowance?: string;
  /** It brings what is left of the allowance up to so many credits and no further; null or absent: all of its credits. */
  readonly upTo?: Credits | null;
}

/** Why a hold is refused by a rule of the product (rights), to be recorded under the hold's key. */
export interface HoldRefusal {
  readonly code: 'plan_required';
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Asks whether a hold would be placed, without placing it. Its key is the hold's own key: a refusal (too few credits, or
 * the given refusal) is recorded under it for ever; `admitted` records nothing; a known key gets the recorded answer.
 */
export interface AdmitCommand extends CommandBase {
  readonly op: 'admit';
  readonly credits: Credits;
  readonly refusal?: HoldRefusal;
  /** As of a hold: what the wallet holds already is answered as `already_held`, whatever else would refuse it. */
  readonly exclusive?: string;
  /** As of a hold, with its `action`: credits are not asked for while a place is left. */
  readonly firstFree?: number;
  readonly action?: string;
}

/** available → held, out of lots in the published order. With `capture`, captured in full in the same transaction. */
export interface HoldCommand extends CommandBase {
  readonly op: 'hold';
  readonly holdId: string;
  readonly credits: Credits;
  /** Names the revenue account (`revenue:{action}`); 'external' for work that Scrip does not run. */
  readonly action: string;
  readonly spendId?: string;
  readonly reference?: string;
  readonly expiresAt?: Instant;
  readonly refusal?: HoldRefusal;
  readonly capture?: boolean;
  readonly royalty?: Royalty;
  /**
   * A key that a wallet can hold once. If a hold of this key is open or was captured (asked under the wallet's lock), nothing
   * moves, nothing is recorded, and the outcome is `already_held` with that hold. The caller may go on under the same key
   * with a hold of 0 credits that is not exclusive.
   */
  readonly exclusive?: string;
  /**
   * So many of the wallet's first holds of this action cost nothing. Places are taken by work that runs or was done, whatever
   * it cost, and not by what failed or was refunded in full. While one is left (asked under the wallet's lock) the hold is of
   * 0 credits and without a royalty, and the reply is `free`.
   */
  readonly firstFree?: number;
  /** Written instead of `records` when the hold is free; needed when both may happen. */
  readonly recordsIfFree?: readonly StoreRecord[];
  readonly reason: string;
}

/** The artist's share, booked after the capture (revenue → creator) under `{spend}/royalty`. */
export interface Royalty {
  readonly creatorId: string;
  readonly credits: Credits;
}

/** Captures `credits` of a spend's open hold and releases the rest, under `{spend}/capture` and `{spend}/release`. */
export interface SettleCommand extends CommandBase {
  readonly op: 'settle';
  readonly holdId: string;
  readonly credits: Credits;
  /** Whether the work was done. Work that was not gives a free place of its action back, whatever was captured. */
  readonly succeeded: boolean;
  readonly royalty?: Royalty;
  readonly reason: string;
}

/** Captures some or all (null) of the open credits of an external hold; `final` releases the rest. */
export interface CaptureCommand extends CommandBase {
  readonly op: 'capture';
  readonly holdId: string;
  readonly credits: Credits | null;
  readonly final: boolean;
  readonly reason: string;
}

/** Releases all that is open of an external hold; `expired` marks that its instant passed. */
export interface VoidCommand extends CommandBase {
  readonly op: 'void';
  readonly holdId: string;
  readonly expired: boolean;
  readonly reason: string;
}

/**
 * revenue → available, into the lots the capture came from (null: all that is not refunded), royalty reversed pro rata. Work
 * that was done for 0 credits can be refunded once: nothing moves, and its free place is given back.
 */
export interface RefundCommand extends CommandBase {
  readonly op: 'refund';
  readonly refundId: string;
  readonly holdId: string;
  readonly credits: Credits | null;
  readonly reason: string;
}

/**
 * available → clawed_back: first from the payment's own lots, then in burn order; what is missing becomes `owed`
 * unless `availableOnly`, which refuses with `adjustment_exceeds_available` instead (an operator's negative adjustment).
 */
export interface ClawbackCommand extends CommandBase {
  readonly op: 'clawback';
  readonly clawbackId: string;
  readonly paymentId: string | null;
  readonly credits: Credits;
  readonly availableOnly: boolean;
  /** Takes no more than the payment has granted and is not clawed back yet, instead of refusing. */
  readonly atMostGranted?: boolean;
  readonly reason: string;
}

/** clawed_back → available: gives back what is left of a clawback (null), or a part, exactly where it was taken. */
export interface ClawbackUndoCommand extends CommandBase {
  readonly op: 'clawback_undo';
  readonly clawbackId: string;
  readonly credits: Credits | null;
  readonly reason: string;
}

/** available → expired: the free credits of a lot whose expiry has passed. */
export interface ExpireCommand extends CommandBase {
  readonly op: 'expire';
  readonly grantId: string;
}

export type LedgerCommand =
  | GrantCommand
  | AdmitCommand
  | HoldCommand
  | SettleCommand
  | CaptureCommand
  | VoidCommand
  | RefundCommand
  | ClawbackCommand
  | ClawbackUndoCommand
  | ExpireCommand;

/** Business outcomes are statuses, never SQL errors. */
export type LedgerOutcome =
  | 'applied'
  | 'admitted'
  | 'insufficient_credits'
  | 'plan_required'
  | 'already_held'
  | 'adjustment_exceeds_available'
  | 'hold_exceeded'
  | 'hold_already_settled'
  | 'hold_not_found'
  | 'refund_exceeds_captured'
  | 'clawback_exceeds_granted'
  | 'clawback_not_found'
  | 'nothing_to_expire'
  | 'idempotency_key_reused';

/** What a command moved and the wallet's three numbers after it. Further fields by operation. */
export interface LedgerReply {
  readonly available: Credits;
  readonly held: Credits;
  readonly owed: Credits;
  /** Of a refusal for too few credits. */
  readonly required?: Credits;
  readonly shortfall?: Credits;
  /** The details of a recorded `plan_required`. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly grantId?: string;
  /** Of a grant of an allowance: what it really brought; with 0 there is no `grantId`. */
  readonly granted?: Credits;
  readonly allowance?: string;
  readonly upTo?: Credits | null;
  /** Of `already_held`: the hold there is. */
  readonly holdId?: string;
  readonly spendId?: string;
  /** Of a hold or its admission: it is one of the first that cost nothing. */
  readonly free?: true;
  readonly captured?: Credits;
  readonly released?: Credits;
  /** Of a settle, capture or void: the whole hold after it, so that a repeat can be answered as it was at first. */
  readonly hold?: {
    readonly status: 'open' | 'captured' | 'voided' | 'expired';
    readonly captured: Credits;
    readonly released: Credits;
  };
  readonly refunded?: Credits;
  /** Of an inflow: the credits that repaid the debt instead of becoming available. */
  readonly repaid?: Credits;
  /** Of a clawback of at most what was granted: what it came to. */
  readonly credits?: Credits;
  /** What a clawback took from `available` (the rest became `owed`), or what its undo gave back. */
  readonly clawed?: Credits;
  readonly expired?: Credits;
  /** The effective instant that was recorded. */
  readonly effectiveAt: Instant;
}

export interface LedgerResult {
  readonly outcome: LedgerOutcome;
  /** True when the key was known and this is the recorded outcome. */
  readonly replayed: boolean;
  readonly reply: LedgerReply;
}

/** The only writer of credits. Concurrent callers are collected into one SQL call per lane. */
export interface Ledger {
  /**
   * Applies one command in one SQL transaction and answers after the commit. Idempotent by key.
   * Throws `DomainError('unavailable')` when the queue is full or the database cannot be reached: then it is not known
   * whether the command was applied, and it is safe to send it again.
   */
  submit(command: LedgerCommand): Promise<LedgerResult>;
  /** Waits for the commands in flight, then closes the connections. */
  close(): Promise<void>;
}
