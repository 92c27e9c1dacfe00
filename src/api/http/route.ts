import type { AnyOperation } from './operation';

/** One line of an API. */
export interface Route<Deps> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly operation: AnyOperation<Deps>;
}
