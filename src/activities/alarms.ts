import type { AlarmCause } from '../domain/alarms';
import type { Instant } from '../domain/instants';
import { endAlarm, raiseAlarm } from '../store/alarms';
import type { ActivityDeps } from './deps';

type AlarmDeps = Pick<ActivityDeps, 'db' | 'logger'>;

/** Has a person look at something: a row, and an error line when it is new. Safe to repeat while its cause is there. */
export async function ring({ db, logger }: AlarmDeps, cause: AlarmCause, at: Instant): Promise<void> {
  if (await raiseAlarm(db, cause, at)) logger.error({ alarm: cause }, 'an alarm rings: a person must look');
}

/** Ends an alarm whose cause is gone; there may be none. */
export async function silence(
  { db, logger }: AlarmDeps,
  alarm: Pick<AlarmCause, 'kind' | 'subject'>,
  at: Instant,
): Promise<void> {
  if (await endAlarm(db, alarm, at)) logger.info({ alarm }, 'an alarm has ended: its cause is gone');
}
