import type { Action, ActionWork } from '../catalog/catalog';

/** What is done and what comes of it, in one word: `provider/images`, `external`, `nothing/license`, … */
export type Kind = KindOf<ActionWork>;

type KindOf<Work> = Work extends {
  readonly runs: infer Runs extends string;
  readonly delivers: infer Delivers;
}
  ? `${Runs}${Suffix<Delivers>}`
  : never;
type Suffix<Delivers> = Delivers extends string ? `/${Delivers}` : '';

/** What has a kind: an action, or a spend, which keeps what its action was when it began. */
export type OfAKind = Pick<Action, 'runs' | 'delivers'>;

export function kindOf({ runs, delivers }: OfAKind): Kind {
  return (delivers === null ? runs : `${runs}/${delivers}`) as Kind;
}
