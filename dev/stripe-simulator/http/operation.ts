import { z } from 'zod';
import type { Work } from '../work';
import { expandObject } from './expand';
import { answerWithFirstPages } from './first-page';
import type { Form } from './form';
import { expand, invalidParams } from './params';

type Method = 'GET' | 'POST' | 'DELETE';

/** One call of the API. */
export interface Operation {
  readonly method: Method;
  readonly path: string;
  /**
   * Checks the parameters, which throws a 400 that no idempotency key remembers, and answers what carries the call out.
   * `ids` are the parts of the path that stand at its `:id`.
   */
  prepare(form: Form, ids: readonly string[]): (work: Work) => object;
}

/** What a call's parameters mean once they are read. */
export type ParamsOf<S extends z.core.$ZodLooseShape> = z.output<z.ZodObject<S>>;

/** Defines a call: its parameters, beside `expand`, and what it does inside a transaction. */
export function operation<S extends z.core.$ZodLooseShape>(
  method: Method,
  path: string,
  shape: S,
  run: (work: Work, params: ParamsOf<S>, id: string, ids: readonly string[]) => object,
): Operation {
  const schema = z.strictObject(shape);
  return {
    method,
    path,
    prepare({ expand: paths, ...form }, ids) {
      const wanted = expand.safeParse(paths);
      if (!wanted.success) throw invalidParams(wanted.error);
      const params = schema.safeParse(form);
      if (!params.success) throw invalidParams(params.error);
      return (work) =>
        answerWithFirstPages(
          expandObject(work.tables, run(work, params.data, ids[0] ?? '', ids), wanted.data),
        );
    },
  };
}
