import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { idSchema, viewerQuery } from '../../http/schemas';

/** Where a DELETE names the owner of what it deletes: in its query, or in a body, for clients that would rather send one. */
export const ownerQuery = z.strictObject({
  customerId: viewerQuery.customerId.meta({
    description: 'The owner. With a portal token it is ignored: the token names the customer.',
  }),
});

export const ownerBody = z.strictObject({
  customerId: idSchema
    .optional()
    .meta({ description: 'The owner; may be given here instead of in the query.' }),
});

/** The owner that a DELETE names. Throws `DomainError('invalid_request')` when it names none. */
export function namedOwnerOf({
  body,
  query,
}: {
  readonly body: z.output<typeof ownerBody>;
  readonly query: z.output<typeof ownerQuery>;
}): string {
  const ownerId = body.customerId ?? query.customerId;
  if (ownerId !== undefined) return ownerId;
  throw new DomainError(
    'invalid_request',
    '`customerId` is missing: name the owner, in the body or in the query.',
    { field: 'customerId' },
  );
}
