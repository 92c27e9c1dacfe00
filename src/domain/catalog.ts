import { credits, type Credits } from './credits';

export const PLAN_IDS = ['free', 'standard', 'pro', 'custom'] as const;
export type PlanId = (typeof PLAN_IDS)[number];

export const ACTIONS = ['train_model', 'generate_images', 'license_image'] as const;
export type Action = (typeof ACTIONS)[number];

export const INTERVALS = ['month', 'year'] as const;
export type Interval = (typeof INTERVALS)[number];

/** What a plan lets a customer do now. `commercialUse` speaks of images from own models. */
export interface Rights {
  readonly privateWork: boolean;
  readonly commercialUse: boolean;
  readonly watermark: boolean;
  readonly train: boolean;
  readonly license: boolean;
  readonly addOns: boolean;
}

/** A price in money: whole minor units (cents) of an ISO 4217 currency in lower case. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

export interface Plan {
  readonly id: PlanId;
  readonly name: string;
  /** `once`: at sign-up, ever; `monthly`: every cycle; `contract`: by contract, more than `credits` a month. */
  readonly grant: 'once' | 'monthly' | 'contract';
  readonly credits: Credits;
  /** How plans compare: a change to a higher rank is an upgrade. */
  readonly rank: number;
  readonly prices: Readonly<Partial<Record<Interval, Money>>>;
  readonly rights: Rights;
}

/** A block of credits sold to subscribers. */
export interface Pack {
  readonly id: string;
  readonly name: string;
  readonly credits: Credits;
  readonly price: Money;
}

/** The settings that this release reads. Durations are whole numbers of the unit in their name. */
export interface Policies {
  readonly contactAddress: string;
  /** How long a due but unpaid cycle leaves the subscription `active`. */
  readonly graceHours: number;
  /** The artist's share of a licence, in basis points of the captured credits. */
  readonly royaltyBasisPoints: number;
  /** How long a job may run before it is canceled and its hold released, in minutes. */
  readonly jobDeadlineMinutes: number;
  readonly licenseTerms: string;
  readonly addOnQuantityMax: number;
}

/** One immutable version of what is sold, done and bought. */
export interface Catalog {
  readonly version: string;
  readonly plans: Readonly<Record<PlanId, Plan>>;
  readonly actions: Readonly<Record<Action, { readonly credits: Credits }>>;
  readonly packs: readonly Pack[];
  readonly policies: Policies;
}

/** The credits that `quantity` units of an action cost. */
export function priceOf(catalog: Catalog, action: Action, quantity: number): Credits {
  return credits(catalog.actions[action].credits * quantity);
}
