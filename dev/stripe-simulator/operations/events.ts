import { z } from 'zod';
import { operation, type Operation } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, flag, page, text } from '../http/params';

export const eventOperations: readonly Operation[] = [
  operation(
    'GET',
    '/v1/events',
    {
      ...page,
      type: text.optional(),
      types: z.array(text).max(20).optional(),
      created: created.optional(),
      delivery_success: flag.optional(),
    },
    ({ tables }, params) => {
      const matching = tables
        .list('event')
        .filter((event) => params.type === undefined || isOfType(event.type, params.type))
        .filter((event) => params.types === undefined || params.types.includes(event.type))
        .filter((event) => createdWithin(event.created, params.created))
        // An event counts as delivered when no delivery of it is pending any more.
        .filter(
          (event) =>
            params.delivery_success === undefined ||
            params.delivery_success === (event.pending_webhooks === 0),
        );
      return paginate('/v1/events', matching, params);
    },
  ),
  operation('GET', '/v1/events/:id', {}, ({ tables }, _, id) => tables.get('event', id)),
];

/** Whether a type is the one asked for, in which a star stands for anything: `invoice.*`. */
function isOfType(type: string, wanted: string): boolean {
  const [head = '', ...rest] = wanted.split('*');
  if (rest.length === 0) return type === wanted;
  const tail = rest.at(-1) ?? '';
  return type.length >= head.length + tail.length && type.startsWith(head) && type.endsWith(tail);
}
