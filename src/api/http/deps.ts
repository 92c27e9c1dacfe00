import type { z } from 'zod';
import type { ErrorCode } from '../../domain/errors';
import type { Logger } from '../../platform/logger';
import type { Registry } from '../../platform/metrics';
import type { Caller } from './caller';
import type { Reply } from './operation';
import type { Problem } from './problems';

/** What serving needs of its surroundings, whatever it is that is served. */
export interface HttpDeps {
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Where everybody who calls reaches this API; without a slash at the end. */
  readonly publicUrl: string;
  readonly presentation: Presentation;
  /** Whom a secret stands for; undefined for one that is unknown, revoked or expired. */
  findCaller(secret: string): Promise<Caller | undefined>;
}

/** How what is served looks to those who asked for it. */
export interface Presentation {
  /** The shape of each problem by its code. */
  readonly problemSchemas: Readonly<Record<ErrorCode, z.ZodType>>;
  /** A problem as a page, for a person in a browser. */
  problemPage(problem: Problem): string;
  /** The last touch to a reply, which depends on where it is sent from and to whom and is in no recorded answer. */
  finish(reply: Reply, caller: Caller | undefined): Reply;
}
