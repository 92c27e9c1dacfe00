import type { Credits } from '../credits';
import type { Duration } from '../durations';

/** Plans, actions, packs, grants and rights are named by the catalog: lower-case letters, digits and `_`. */
export type PlanId = string;
export type ActionId = string;

export const INTERVALS = ['month', 'year'] as const;
export type Interval = (typeof INTERVALS)[number];

/**
 * What a plan lets a customer do now, by name: a boolean or a whole number. What is not named is false. The engine gives
 * meaning to four (`ENGINE_RIGHTS`) and to what an action or a pack requires; all others are the integrator's.
 */
export type Rights = Readonly<Record<string, boolean | number>>;

/** The rights that the engine itself asks for. `commercialUse` speaks of images from own models. */
export const ENGINE_RIGHTS = ['privateWork', 'commercialUse', 'watermark', 'addOns'] as const;

/** A price in money: whole minor units (cents) of an ISO 4217 currency in lower case. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

/** Whole minor units by currency (ISO 4217, lower case), in the order of the catalog: the first is the default. */
export type Amounts = Readonly<Record<string, number>>;

/** What a plan costs for one interval. */
export interface PlanPrice {
  readonly amounts: Amounts;
  /** Days at the beginning that are granted as paid without money; 0: none. */
  readonly trialDays: number;
}

/** Credits that a plan gives. */
export interface Grant {
  readonly id: string;
  readonly credits: Credits;
  /** `once` for ever and customer; `month` is the paid cycle; `week` (from Monday) and `day` are counted in UTC. */
  readonly every: 'once' | 'month' | 'week' | 'day';
  /** How long its credits live from the grant on; null: for ever. */
  readonly expires: Duration | null;
  /** A grant brings what is left of this grant's lots (free and held) up to so many credits; null: roll-over without a cap. */
  readonly upTo: Credits | null;
}

export interface Plan {
  readonly id: PlanId;
  readonly name: string;
  /** How plans compare: a change to a higher rank is an upgrade. No two plans of a catalog have the same. */
  readonly rank: number;
  /** `default`: who has no subscription (exactly one plan); `no`: kept by who has it, sold to nobody new. */
  readonly sold: 'default' | 'checkout' | 'contract' | 'no';
  readonly prices: Readonly<Partial<Record<Interval, PlanPrice>>>;
  readonly grants: readonly Grant[];
  readonly rights: Rights;
  /** What a contract grants a month at least; null for plans that are not sold by contract. */
  readonly minimumCredits: Credits | null;
}

/** A whole number, or a CEL expression over `input` that was checked when the catalog was read. */
export interface Formula {
  /** As the catalog has it. */
  readonly source: number | string;
  /** Throws `DomainError('price_not_computable')` with the expression when it has no value for this input. */
  evaluate(input: ActionInput): number;
}

export type ActionInput = Readonly<Record<string, unknown>>;

/** What the input of an action must be. */
export interface InputRules {
  /** The JSON Schema (2020-12) as the catalog has it; of a built-in kind, the kind's own. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Every fault with its path; empty: the input is good. */
  faultsOf(input: unknown): readonly string[];
  /** The same for a quote, which may leave out whatever the price does not need. */
  faultsOfQuote(input: unknown): readonly string[];
}

/** What is done and what comes of it: each pair is a kind of action, with a definition in `domain/actions`. */
export type ActionWork =
  | { readonly runs: 'provider'; readonly delivers: 'images' | 'model' | 'output' }
  | { readonly runs: 'external'; readonly delivers: null }
  | { readonly runs: 'nothing'; readonly delivers: 'license' | null };

/** What is paid for. */
export type Action = ActionWork & {
  readonly id: ActionId;
  /** Credits a unit. */
  readonly price: Formula;
  /** Units; 1 unless the catalog says otherwise. */
  readonly quantity: Formula;
  /** The word that a statement uses for one unit; null: it says none. */
  readonly unit: string | null;
  /** The right that a customer needs; null: none. */
  readonly requires: string | null;
  /** So many of a customer's first spends cost nothing. */
  readonly firstFree: number;
  readonly input: InputRules;
  /** What the provider runs, unless a model says it; null: not named. */
  readonly version: string | null;
  /** How long the work may take before it is ended and its hold released. */
  readonly deadline: Duration;
  /** External work only: how long nothing may be heard of it; null: until the deadline. */
  readonly silence: Duration | null;
};

/** A block of credits that is sold beside the plans. */
export interface Pack {
  readonly id: string;
  readonly name: string;
  readonly credits: Credits;
  readonly prices: Amounts;
  /** How many one order may have. */
  readonly quantityMax: number;
  /** The right that a customer needs to buy it; null: anybody may. */
  readonly requires: string | null;
}

/** The settings that this release reads. Durations are whole numbers of the unit in their name. */
export interface Policies {
  /** Null only where no plan is sold by contract. */
  readonly contactAddress: string | null;
  /** How long a due but unpaid cycle leaves the subscription `active`. */
  readonly graceHours: number;
  /** The artist's share of a licence, in basis points of the captured credits. */
  readonly royaltyBasisPoints: number;
  /** How long a job may run when its action names no deadline, in minutes. */
  readonly jobDeadlineMinutes: number;
  readonly licenseTerms: string;
  /** The limit of packs that name none. */
  readonly addOnQuantityMax: number;
}

/**
 * One immutable version of what is sold, done and bought. Only reading a document makes one (`readCatalog`), because its formulas
 * and input rules are compiled. Plans, actions and packs are in the order of the document.
 */
export interface Catalog {
  readonly version: string;
  readonly plans: ReadonlyMap<PlanId, Plan>;
  readonly actions: ReadonlyMap<ActionId, Action>;
  readonly packs: ReadonlyMap<string, Pack>;
  readonly policies: Policies;
  /** The document that it was read from, in the present format, with nothing left out: what is stored and compared. */
  readonly document: CatalogDocument;
}

/** Plain JSON in the format of catalog/schema.json. */
export type CatalogDocument = Readonly<Record<string, unknown>>;
