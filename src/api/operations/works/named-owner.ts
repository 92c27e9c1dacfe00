import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { idSchema, viewerQuery } from '../../schemas';

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

/** The owner for whom something is changed. Throws `DomainError('invalid_request')` when the request names none. */
export function assertOwnerNamed(ownerId: string | undefined): string {
  if (ownerId !== undefined) return ownerId;
  throw new DomainError(
    'invalid_request',
    '`customerId` is missing: name the owner, in the body or in the query.',
    { field: 'customerId' },
  );
}
