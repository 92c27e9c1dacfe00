import type { ApiDeps } from './deps';
import { operationsOf } from './http/operation';

/** Declares an operation of this API. It must say whose thing it touches (`belongsTo`), or it does not compile. */
export const defineOperation = operationsOf<ApiDeps>();
