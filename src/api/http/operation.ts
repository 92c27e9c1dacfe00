import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ErrorCode } from '../../domain/errors';
import type { Caller } from './caller';
import type { ApiDeps } from '../deps';

/** Who may call: anybody; a customer by a portal token, or any key for them; any key; a key with the operator scope. */
export type Access = 'public' | 'customer' | 'key' | 'operator';

/** Who sends a body, and what is needed to take it. */
export interface Sender {
  readonly caller: Caller | undefined;
  readonly deps: ApiDeps;
}

/** How a request body is read and what it must be. */
export interface BodyFormat<Body> {
  readonly contentType: string;
  /** What the OpenAPI document says about it. */
  readonly schema: z.ZodType;
  readonly required: boolean;
  /** Throws `body_too_large` before `invalid_request`; never reads more than its limit. */
  read(req: Request, by: Sender): Promise<Body>;
}

/** One HTTP request, checked: whatever a handler sees has the declared shape. */
export interface Call<Query, Body> {
  readonly requestId: string;
  /** Undefined where anybody may call. */
  readonly caller: Caller | undefined;
  /** The `{id}` of the path; empty when the path has none. Any text is possible. */
  readonly id: string;
  readonly query: Query;
  readonly body: Body;
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
 * `find` what it is about (404), the scope (403), and `handle` decides the rest (403, 422, 402, 409).
 */
export interface Operation<Query, Body, Found> {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: Access;
  readonly query: z.ZodType<Query>;
  /** Optional parameters that the document marks as required: a key needs them, a portal token or the body may replace them. */
  readonly askedQuery: readonly string[];
  readonly body: BodyFormat<Body>;
  readonly needsIdempotencyKey: boolean;
  /** Whether nothing is to happen (a preview): then no idempotency key is asked for. */
  isDryRun(query: Query, body: Body): boolean;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** The codes it can be refused with, besides those that follow from the above. */
  readonly problems: readonly ErrorCode[];
  find(call: Call<Query, Body>, deps: ApiDeps): Promise<Found>;
  handle(call: Call<Query, Body>, deps: ApiDeps, found: Found): Promise<Reply>;
}

/** An operation whose types are forgotten: what routes.ts lists. Its own schemas vouch for them at run time. */
export type AnyOperation = Operation<unknown, unknown, unknown>;

const NO_QUERY = z.strictObject({});

const NO_BODY: BodyFormat<undefined> = {
  contentType: '',
  schema: z.undefined(),
  required: false,
  read: () => Promise.resolve(undefined),
};

type Optional = 'query' | 'askedQuery' | 'body' | 'needsIdempotencyKey' | 'isDryRun' | 'problems' | 'find';

/** For an operation without previews. */
export const neverDry = (): boolean => false;

/** Declares an operation; what is left out takes nothing, finds nothing and refuses nothing. */
export function defineOperation<Query = unknown, Body = undefined, Found = undefined>(
  operation: Omit<Operation<Query, Body, Found>, Optional> &
    Partial<Pick<Operation<Query, Body, Found>, Optional>>,
): AnyOperation {
  const defaults = {
    query: NO_QUERY,
    askedQuery: [],
    body: NO_BODY,
    needsIdempotencyKey: false,
    isDryRun: neverDry,
    problems: [],
    find: () => Promise.resolve(undefined),
  };
  return { ...defaults, ...operation };
}
