import type { Action, Catalog, Plan } from '../catalog/catalog';
import type { ImageFacts, ModelFacts } from '../works/visibility';

/** All that the decision about a spend reads, gathered before it is made. */
export interface SpendFacts {
  readonly customerId: string;
  /** The version that the customer's subscription is pinned to, else the newest. */
  readonly catalog: Catalog;
  /** Of that version: the plan whose rights the customer has now. */
  readonly plan: Plan;
  /** Of that version: what is asked for. */
  readonly action: Action;
  /** The model that the input names; undefined when there is none of that id, or none is named. */
  readonly model?: ModelFacts | undefined;
  /** The image that the input names; undefined when there is none of that id, or none is named. */
  readonly image?: ImageFacts | undefined;
  /** Which of the uploads that the input names exist and belong to the customer. */
  readonly ownUploadIds?: readonly string[];
  /** Whether the job provider, as it is configured, can train models; absent: it can. */
  readonly trainable?: boolean;
}
