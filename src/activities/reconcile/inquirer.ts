import { DomainError } from '../../domain/errors';
import type { Instant } from '../../domain/instants';
import { paymentFactDelivery, type PaymentDestination } from '../../workflows/messages';
import type { ActivityDeps } from '../deps';
import { ring } from '../alarms';
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
 * Tells the workflow by the ordinary way: it reads the object at Stripe again and does what follows, under the keys that
 * everything has, so that what was done already is not done twice. The event's id names none of Stripe's.
 */
export async function tellWorkflow(
  { deps, findings }: Inquirer,
  subject: Subject,
  { destination, problem }: { readonly destination: Untold; readonly problem: string },
): Promise<void> {
  await hint(deps, destination);
  noteRepair(findings, deps.logger, { ...subject, problem });
}

/** Has a workflow look at something again that it may know. */
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

/** Calls a person, and says so in the report. Nothing is done about it here. */
export async function callPerson({ deps, findings, at }: Inquirer, finding: AlarmFinding): Promise<void> {
  const { alarm: kind, id: subject, customerId, workflowId, problem, todo } = finding;
  noteAlarm(findings, finding);
  const first = problem.charAt(0).toUpperCase() + problem.slice(1);
  await ring(deps, { kind, subject, customerId, workflowId, todo: `${first}. ${todo}` }, at);
}

/**
 * Compares one thing. What cannot be compared for a reason that will not pass must not keep the others from being
 * compared: it is alarmed about. Throws `unavailable` when Stripe cannot be asked.
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
      todo: 'Look at it at Stripe and compare by hand. If it is as it should be, this is a bug of Scrip: report it.',
    });
  }
}
