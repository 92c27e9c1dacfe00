import type { AlarmKind } from '../../domain/alarms';
import type { Logger } from '../../platform/logger';

/** Something in which Stripe and Scrip differ, or a hold that nobody works on. */
export interface Finding {
  readonly kind:
    | 'invoice'
    | 'checkout_session'
    | 'payment'
    | 'subscription'
    | 'refund'
    | 'dispute'
    | 'credit_note'
    | 'event'
    | 'grant'
    | 'clawback'
    | 'hold';
  readonly id: string;
  /** Null where it is not known. */
  readonly customerId: string | null;
  readonly problem: string;
}

/** Something that a person must look at. */
export interface AlarmFinding extends Finding {
  readonly alarm: AlarmKind;
  /** What to do about it, in whole sentences. */
  readonly todo: string;
  readonly workflowId: string | null;
}

/** So many of each are named; all are counted and logged. */
const NAMED_MAX = 1_000;

/** What a comparison with Stripe has come to. */
export interface Findings {
  /** How many were compared. */
  checked: number;
  /** Money that had not reached its workflow, and was brought to it now. */
  repaired: number;
  /** What Scrip has and Stripe does not stand behind, or what nobody here serves or can serve: a person must look. */
  alarms: number;
  readonly repairs: Finding[];
  readonly alarmed: AlarmFinding[];
}

/** What a comparison starts with; it is filled while the comparison runs. */
export function noFindings(): Findings {
  return { checked: 0, repaired: 0, alarms: 0, repairs: [], alarmed: [] };
}

/** Counts, names and logs something that was brought to its workflow. */
export function noteRepair(findings: Findings, logger: Logger, finding: Finding): void {
  findings.repaired += 1;
  if (findings.repairs.length < NAMED_MAX) findings.repairs.push(finding);
  logger.warn({ finding }, 'Stripe knew what its workflow had not heard of; the workflow was told');
}

/** Counts and names something that a person must look at; `ring` has it looked at. */
export function noteAlarm(findings: Findings, finding: AlarmFinding): void {
  findings.alarms += 1;
  if (findings.alarmed.length < NAMED_MAX) findings.alarmed.push(finding);
}
