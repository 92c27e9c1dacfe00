import { ring } from '../../activities/alarms';
import type { ActivityDeps } from '../../activities/deps';
import { DomainError } from '../../domain/errors';
import type { Instant } from '../../domain/instants';
import { paymentFactDelivery, type PaymentDestination } from '../../workflows/payments/messages';
import { noteAlarm, noteRepair, type AlarmFinding, type Finding, type Findings } from './findings';

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
 * Tells the workflow in the ordinary way: it reads the object at Stripe again and acts on it under the usual keys, so that
 * nothing is done twice. The id of the hint is not the id of an event at Stripe.
 */
export async function tellWorkflow(
  { deps, findings }: Inquirer,
  subject: Subject,
  { destination, problem }: { readonly destination: Untold; readonly problem: string },
): Promise<void> {
  await hint(deps, destination);
  noteRepair(findings, deps.logger, { ...subject, problem });
}

/** Makes a workflow read something at Stripe again that it may already know. */
export async function hint({ temporal }: ReconcileDeps, destination: Untold): Promise<void> {
  const { objectType, objectId } = destination.fact;
  const fact = { ...destination.fact, eventId: `reconcile:${objectType}:${objectId}` };
  const [workflow, options] = paymentFactDelivery({ ...destination, fact });
  await temporal.workflow.signalWithStart(workflow, options);
}

type WithoutEvent<Destination> = Destination extends PaymentDestination
  ? Omit<Destination, 'fact'> & { readonly fact: Omit<Destination['fact'], 'eventId'> }
  : never;
type Untold = WithoutEvent<PaymentDestination>;

/** Raises an alarm and puts it into the report; nothing else is done about it here. */
export async function callPerson({ deps, findings, at }: Inquirer, finding: AlarmFinding): Promise<void> {
  const { alarm: kind, id: subject, customerId, workflowId, problem, todo } = finding;
  noteAlarm(findings, finding);
  const first = problem.charAt(0).toUpperCase() + problem.slice(1);
  await ring(deps, { kind, subject, customerId, workflowId, todo: `${first}. ${todo}` }, at);
}

/**
 * Compares one object. One that cannot be compared, for a reason that will not pass, raises an alarm and does not keep the
 * others from being compared. Throws `unavailable` when Stripe cannot be asked.
 */
export async function compareOne(
  inquirer: Inquirer,
  subject: Subject,
  compare: () => Promise<void>,
): Promise<void> {
  inquirer.findings.checked += 1;
  try {
    await compare();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unavailable') throw error;
    inquirer.deps.logger.error({ err: error, subject }, 'cannot be compared');
    await callPerson(inquirer, {
      ...subject,
      alarm: 'unreadable',
      workflowId: null,
      problem: `cannot be compared: ${error instanceof Error ? error.message : String(error)}`,
      todo: 'Compare it by hand at Stripe. If everything there is correct, this is a bug in Scrip: report it.',
    });
  }
}
