import { z } from 'zod';
import { listAlarms as readAlarms } from '../../../store/alarms';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';
import { pageOf, pageQuery } from '../../schemas';
import { alarmSchema, alarmView } from './alarm-view';

export const listAlarms = defineOperation({
  summary: 'List active alarms',
  description:
    'An alarm is something that a person must look at. Each ends by itself when its cause is gone.',
  tag: 'Operators',
  access: 'operator',
  belongsTo: nobody,
  query: z.strictObject(pageQuery),
  answers: { 200: { description: 'The alarms, newest first.', schema: pageOf(alarmSchema) } },
  async handle({ query }, { db, temporalUi }) {
    const page = await readAlarms(db, query);
    return { status: 200, body: { ...page, data: page.data.map((alarm) => alarmView(alarm, temporalUi)) } };
  },
});
