import { z } from 'zod';
import { ALARM_KINDS, type Alarm } from '../../domain/alarms';
import { answerId, answerInstant } from '../schemas';

export const alarmSchema = z
  .strictObject({
    id: answerId,
    kind: z.enum(ALARM_KINDS),
    subject: z.string().meta({ description: 'The id of what it is about: of Scrip, or of Stripe.' }),
    since: answerInstant,
    todo: z.string().meta({ description: 'What is wrong, and what to do about it.' }),
  })
  .meta({ id: 'Alarm' });

export function alarmView({ id, kind, subject, since, todo }: Alarm) {
  return { id, kind, subject, since, todo };
}
