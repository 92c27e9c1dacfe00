import { DomainError } from '../../domain/errors';
import { assertScope, type Access } from './access';
import type { Caller } from './caller';

/** What a request says of itself before anything is looked up. */
export interface Asked<Query, Body> {
  /** Undefined where anybody may call. */
  readonly caller: Caller | undefined;
  /** The `{id}` of the path; empty when the path has none. Any text is possible. */
  readonly id: string;
  readonly query: Query;
  readonly body: Body;
}

/**
 * How it is known whose thing an operation touches. `nobody`: it is no customer's. `path`, `body`: the request names the
 * customer. `owner`: the thing of the path's id has an owner. `viewer`: whoever looks is shown what they may see, so that
 * public things are for everybody.
 */
export type Whose = 'nobody' | 'path' | 'body' | 'owner' | 'viewer';

/**
 * Whose thing an operation touches, and how that thing is read. What a portal token reaches is decided by this alone, before
 * the operation runs: its own customer's things, and of other customers only what they show to everybody.
 */
export interface BelongsTo<Query, Body, Thing, Deps> {
  readonly whose: Whose;
  /** The kind of the thing; empty where it is the customer or nothing. */
  readonly kind: string;
  /** The customer whom the request itself names as the owner; undefined when it names none. */
  ownerNamed(asked: Asked<Query, Body>): string | undefined;
  /** Reads the thing. Throws `not_found` when there is none, or none for the viewer: the customer for whom it is read. */
  read(asked: Asked<Query, Body>, deps: Deps, viewerId: string | undefined): Promise<Thing>;
  /** Whose the thing is; undefined when nobody's, or when reading it has decided already who is shown it. */
  ownerOf(thing: Thing): string | undefined;
}

/** What customers share or never touch: the catalog, reports, pages, and what proves by a signature that it may be had. */
export const nobody: BelongsTo<unknown, unknown, undefined, unknown> = {
  whose: 'nobody',
  kind: '',
  ownerNamed: () => undefined,
  read: () => Promise.resolve(undefined),
  ownerOf: () => undefined,
};

/** The customer of the path's `{id}`. Nothing is read for it: an id is enough to know whose it is. */
export const customerInPath: BelongsTo<unknown, unknown, undefined, unknown> = {
  ...nobody,
  whose: 'path',
  ownerNamed: ({ id }) => id,
};

/** The customer whom the body names as `customerId`. */
export const customerInBody: BelongsTo<unknown, { readonly customerId: string }, undefined, unknown> = {
  ...nobody,
  whose: 'body',
  ownerNamed: ({ body: { customerId } }) => customerId,
};

/**
 * The thing that a request is about, if its caller may reach it. Throws `not_found` when it is somebody else's, whether it
 * exists or not, and when a portal token is used for what only an integrating server does; `operator_scope_required` for
 * what operators do, whatever it is about: whether that exists is none of a portal token's business.
 */
export async function reach<Query, Body, Thing, Deps>(
  { access, belongsTo }: { readonly access: Access; readonly belongsTo: BelongsTo<Query, Body, Thing, Deps> },
  asked: Asked<Query, Body>,
  deps: Deps,
): Promise<Thing> {
  const { caller, id } = asked;
  if (caller?.kind === 'portal') {
    assertScope(access, caller);
    const named = belongsTo.ownerNamed(asked);
    const isOthers = named !== undefined && named !== caller.customerId;
    if (access === 'key' || isOthers)
      throw new DomainError('not_found', 'Not found, or it belongs to somebody else.');
  }
  const viewerId =
    caller?.kind === 'portal' ? caller.customerId : (belongsTo.ownerNamed(asked) ?? viewerNamed(asked.query));
  const thing = await belongsTo.read(asked, deps, viewerId);
  const ownerId = belongsTo.ownerOf(thing);
  if (ownerId !== undefined && viewerId !== undefined && ownerId !== viewerId)
    throw new DomainError('not_found', `No ${id}.`);
  return thing;
}

/** The customer for whom a key looks: it acts for all of them, so naming none is no fault. */
function viewerNamed(query: unknown): string | undefined {
  const isNamed = typeof query === 'object' && query !== null && 'customerId' in query;
  return isNamed && typeof query.customerId === 'string' ? query.customerId : undefined;
}
