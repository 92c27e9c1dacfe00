import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ErrorCode } from '../../domain/errors';
import type { Access } from './access';
import type { Asked, BelongsTo } from './belongs-to';
import type { Caller } from './caller';

/** Who sends a body, and what is needed to take it. */
export interface Sender<Deps> {
  readonly caller: Caller | undefined;
  readonly deps: Deps;
}

/** How a request body is read and what it must be. */
export interface BodyFormat<Body, Deps = unknown> {
  readonly contentType: string;
  /** What the OpenAPI document says about it. */
  readonly schema: z.ZodType;
  readonly required: boolean;
  /** Throws `body_too_large` before `invalid_request`; never reads more than its limit. */
  read(req: Request, by: Sender<Deps>): Promise<Body>;
}

/** One HTTP request, checked: whatever a handler sees has the declared shape. */
export interface Call<Query, Body> extends Asked<Query, Body> {
  readonly requestId: string;
  /** Empty when the operation does not ask for one. */
  readonly idempotencyKey: string;
  readonly req: Request;
  readonly res: Response;
  /** Says that whatever is answered now was first given to an earlier request. */
  markReplayed(): void;
}

/** What is answered: JSON, bytes, nothing (204), or a stream that writes for itself. */
export type Reply =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly status: number;
      readonly bytes: Buffer | string;
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly status: 204 }
  | { readonly stream: (res: Response) => Promise<void> };

/** An answer as the OpenAPI document shows it. `schema` undefined: not JSON, see `contentType`. */
export interface AnswerDoc {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly contentType?: string;
  /** Further representations of the same answer. */
  readonly alternatives?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One operation of the API. The steps run in the order of the refusals: who calls (401), the body (413), its shape (400),
 * whose thing it is about (404), what else `find` must know of it (404), the scope (403), and `handle` decides the rest (403,
 * 422, 402, 409).
 */
export interface Operation<Query, Body, Thing, Found, Deps> {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: Access;
  /** Whose thing it touches: what a portal token reaches is decided by this. */
  readonly belongsTo: BelongsTo<Query, Body, Thing, Deps>;
  readonly query: z.ZodType<Query>;
  /** Optional parameters that the document marks as required: a key needs them, a portal token or the body may replace them. */
  readonly askedQuery: readonly string[];
  readonly body: BodyFormat<Body, Deps>;
  readonly needsIdempotencyKey: boolean;
  /** Whether nothing is to happen (a preview): then no idempotency key is asked for. */
  isDryRun(query: Query, body: Body): boolean;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** The codes it can be refused with, besides those that follow from the above. */
  readonly problems: readonly ErrorCode[];
  /** What `handle` must know besides the thing, or instead of it. Left out, it is the thing. */
  find(call: Call<Query, Body>, deps: Deps, thing: Thing): Promise<Found>;
  handle(call: Call<Query, Body>, deps: Deps, found: Found): Promise<Reply>;
}

/** An operation whose types are forgotten: what routes list. Its own schemas vouch for them at run time. */
export type AnyOperation<Deps> = Operation<unknown, unknown, unknown, unknown, Deps>;

const NO_QUERY = z.strictObject({});

const NO_BODY: BodyFormat<undefined> = {
  contentType: '',
  schema: z.undefined(),
  required: false,
  read: () => Promise.resolve(undefined),
};

type Optional = 'query' | 'askedQuery' | 'body' | 'needsIdempotencyKey' | 'isDryRun' | 'problems' | 'find';

/** What must be said of an operation, and what may be. Types come from its schemas, and from whose thing it touches. */
type Declaration<Query, Body, Thing, Found, Deps> = Omit<
  Operation<Query, Body, Thing, Found, Deps>,
  Optional | 'belongsTo'
> &
  Partial<Pick<Operation<Query, Body, Thing, Found, Deps>, Optional>> & {
    readonly belongsTo: BelongsTo<NoInfer<Query>, NoInfer<Body>, Thing, Deps>;
  };

/** For an operation without previews. */
export const neverDry = (): boolean => false;

/** Makes the function that declares the operations of one API; what a declaration leaves out takes nothing and refuses nothing. */
export function operationsOf<Deps>() {
  return function defineOperation<Query = unknown, Body = undefined, Thing = undefined, Found = Thing>(
    operation: Declaration<Query, Body, Thing, Found, Deps>,
  ): AnyOperation<Deps> {
    const defaults = {
      query: NO_QUERY,
      askedQuery: [],
      body: NO_BODY,
      needsIdempotencyKey: false,
      isDryRun: neverDry,
      problems: [],
      find: (_call: unknown, _deps: unknown, thing: Thing) => Promise.resolve(thing),
    };
    return { ...defaults, ...operation };
  };
}
