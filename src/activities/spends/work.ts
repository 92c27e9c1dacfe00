import type { Kind } from '../../domain/actions/kind';
import type { ActionInput } from '../../domain/catalog/catalog';
import type { Instant } from '../../domain/instants';
import type { WorkReport } from '../../domain/spends/external-end';
import type { SpendPlan } from '../../domain/spends/plan-spend';
import type { JobEnd } from '../../domain/spends/settlement';
import type { SpendResult } from '../../domain/spends/spend';
import type { SpendFacts } from '../../domain/spends/spend-facts';
import type { Job, JobKind, JobRequest } from '../../jobs/jobs';
import type { Royalty, StoreRecord } from '../../ledger/commands';
import type { Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import type { StoredImage } from './collect-images';
import type { JobTerms, Waits } from './job-terms';

/** The half of a kind's definition that does its work. Which members it needs follows from what the kind runs. */
export type WorkOf<Of extends Kind> = Of extends `provider/${string}`
  ? ProviderWork
  : Of extends `nothing${string}`
    ? WorkAtOnce
    : ExternalWork;

/** Work that the job provider does. */
export interface ProviderWork {
  /** Which of the provider's two kinds of job it is. */
  readonly jobKind: JobKind;
  /**
   * What the provider is asked to do. The same at every repeat, but for the instant at which links end. Undefined when what it needs
   * is gone since the credits were held: nothing new is made then.
   */
  jobOf(
    deps: ActivityDeps,
    spend: Spend,
    deadlineAt: Instant,
  ): Promise<Pick<JobRequest, 'version' | 'input'> | undefined>;
  /** How many pieces are expected of the job: for the words of its progress. */
  piecesOf(spend: Spend): number;
  /** Stores what an ended job has delivered, so that it is ours before it is paid for. Safe to repeat. */
  collect(
    deps: ActivityDeps,
    spend: Spend,
    job: Job,
    waits: Waits & { readonly terms: JobTerms },
  ): Promise<Delivery>;
  /** The rows that are written with the hold, besides the spend's own. */
  begun(spend: Spend, plan: SpendPlan): readonly StoreRecord[];
  /** The rows that are written with the settlement, besides the spend's own. */
  ended(
    deps: ActivityDeps,
    spend: Spend,
    end: { readonly outcome: JobOutcome; readonly at: Instant },
  ): Promise<readonly StoreRecord[]>;
  /** What the spend has delivered; null: nothing. */
  resultOf(spend: Spend, outcome: JobOutcome): SpendResult | null;
}

/** Work that is done in the transaction that pays for it. */
export interface WorkAtOnce {
  deliver(sale: Sale): DeliveryAtOnce;
}

/** Work that the integrator does. */
export interface ExternalWork {
  /** What is kept on the spend of what the integrator says of its end. */
  keptOf(report: WorkReport): KeptOfReport;
}

export type KeptOfReport = Partial<Pick<Spend, 'output' | 'settledInput' | 'costMinor' | 'costCurrency'>>;

/** What an ended job has left with us. */
export interface Delivery {
  /** How many pieces are stored; 0: nothing was delivered. */
  readonly pieces: number;
  /** How many of the spend's units they come to. */
  readonly units: number;
  readonly images: readonly StoredImage[];
  readonly modelVersion: string | null;
  /** How many pieces could not be had in time, or before an operator gave the spend up. */
  readonly left: number;
  /** Why something is missing; null: nothing is. */
  readonly failure: JobEnd['failure'];
}

/** How the work of a spend ended, and what is stored of it. It stands in histories, so it has nobody's words. */
export interface JobOutcome {
  readonly end: JobEnd;
  readonly images: readonly StoredImage[];
  readonly modelVersion: string | null;
}

/** What is sold and done at once. */
export interface Sale {
  readonly spendId: string;
  readonly customerId: string;
  readonly input: ActionInput;
  readonly facts: SpendFacts;
  readonly plan: SpendPlan;
  readonly at: Instant;
}

export interface DeliveryAtOnce {
  readonly result: SpendResult | null;
  readonly records: readonly StoreRecord[];
  readonly royalty?: Royalty;
}
