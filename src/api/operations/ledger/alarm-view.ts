import { z } from 'zod';
import { ALARM_KINDS, type Alarm } from '../../../domain/alarms';
import type { TemporalUi } from '../../../platform/temporal-ui';
import { answerId, answerInstant, workflowUrlSchema } from '../../schemas';

export const alarmSchema = z
  .strictObject({
    id: answerId,
    kind: z.enum(ALARM_KINDS),
    subject: z.string().meta({ description: 'The id of what it is about: of Scrip, or of Stripe.' }),
    since: answerInstant,
    todo: z.string().meta({ description: 'What is wrong, and what to do about it.' }),
    workflowUrl: workflowUrlSchema,
  })
  .meta({ id: 'Alarm' });

/** An alarm, with the page of the workflow that it is about. */
export function alarmView({ id, kind, subject, since, todo, workflowId }: Alarm, ui: TemporalUi | undefined) {
  const link = ui === undefined || workflowId === null ? {} : { workflowUrl: ui.workflow(workflowId) };
  return { id, kind, subject, since, todo, ...link };
}
