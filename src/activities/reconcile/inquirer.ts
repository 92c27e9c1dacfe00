import { DomainError } from '../../domain/errors';
import type { Instant } from '../../domain/instants';
import { isKnownStripeCustomer } from '../../store/customers';
import { paymentFactDelivery, type PaymentDestination } from '../../workflows/messages';
import type { ActivityDeps } from '../deps';
import { noteRepair, raiseAlarm, type Finding, type Findings } from './findings';

/** What a comparison with Stripe needs. */
export type ReconcileDeps = Pick<ActivityDeps, 'db' | 'payments' | 'temporal' | 'logger'>;

/** One comparison, as of an instant. */
export interface Inquirer {
  readonly deps: ReconcileDeps;
  readonly findings: Findings;
  readonly at: Instant;
}

type Subject = Omit<Finding, 'problem'>;

/**
 * Tells the workflow by the ordinary way: it reads the object at Stripe again and does what follows, under the keys that
 * everything has, so that what was done already is not done twice. The event's id names none of Stripe's.
 */
export async function tellWorkflow(
  { deps, findings }: Inquirer,
  subject: Subject,
  { destination, problem }: { readonly destination: Untold; readonly problem: string },
): Promise<void> {
  const { objectType, objectId } = destination.fact;
  const fact = { ...destination.fact, eventId: `reconcile:${objectType}:${objectId}` };
  const [workflow, options] = paymentFactDelivery({ ...destination, fact });
  await deps.temporal.workflow.signalWithStart(workflow, options);
  noteRepair(findings, deps.logger, { ...subject, problem });
}

type WithoutEvent<Destination> = Destination extends PaymentDestination
  ? Omit<Destination, 'fact'> & { readonly fact: Omit<Destination['fact'], 'eventId'> }
  : never;
type Untold = WithoutEvent<PaymentDestination>;

/** Money that names something of ours which is not there, or is another customer's. Strangers' money is none of ours. */
export async function alarmIfOurs(
  inquirer: Inquirer,
  subject: Subject,
  stripeCustomerId: string | null,
): Promise<void> {
  const { deps, findings } = inquirer;
  if (stripeCustomerId === null || !(await isKnownStripeCustomer(deps.db, stripeCustomerId))) return;
  const problem = 'a customer of ours paid for what this house does not know as theirs';
  raiseAlarm(findings, deps.logger, { ...subject, problem });
}

/**
 * Compares one thing. What cannot be compared for a reason that will not pass must not keep the others from being
 * compared: it is alarmed about. Throws `unavailable` when Stripe cannot be asked.
 */
export async function compareOne(
  { deps, findings }: Inquirer,
  subject: Subject,
  compare: () => Promise<void>,
): Promise<void> {
  findings.checked += 1;
  try {
    await compare();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unavailable') throw error;
    const problem = `cannot be compared: ${error instanceof Error ? error.message : String(error)}`;
    raiseAlarm(findings, deps.logger, { ...subject, problem });
  }
}
