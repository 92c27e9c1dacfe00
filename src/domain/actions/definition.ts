import type { ActionId, ActionInput } from '../catalog/catalog';
import type { SpendRefusal } from '../spends/refusals';
import type { SpendFacts } from '../spends/spend-facts';
import type { BuiltInInput } from './inputs';

export type Visibility = 'public' | 'private';

/** The things that an input names and that must be there: a model, an image, pictures that were uploaded. */
export interface Named {
  readonly modelId?: string;
  readonly imageId?: string;
  readonly uploadIds?: readonly string[];
}

/** What is asked for, as far as words are made of it. */
export interface Asked {
  readonly action: ActionId;
  readonly input: ActionInput;
  readonly quantity: number;
  /** The catalog's word for one unit; null: it has none. */
  readonly unit: string | null;
}

/** The members that the result of a spend may have. */
export type ResultMember = 'modelId' | 'imageIds' | 'licenseId' | 'output';

/**
 * What the engine knows of one kind of action, without doing anything: `activities/spends` has the half that does the work. The
 * catalog says what an action of the kind costs, which right it requires and what its units are called.
 */
export interface ActionDefinition {
  /** What a spend must say, where the catalog gives the action no input of its own. */
  readonly input: BuiltInInput;
  /** What is done and what comes of it, for people: "trains a model". */
  readonly work: string;
  /** The member of a spend's result that names what was delivered; null: nothing is delivered. */
  readonly result: ResultMember | null;
  /** What the input names that must be there before the spend is judged. Never throws, whatever the input of a quote lacks. */
  named(input: ActionInput): Named;
  /** The key of what a customer can have only once; null: the work may be bought again and again. */
  exclusiveKey(input: ActionInput): string | null;
  /** Whether the customer has already what can be had only once: it stays theirs whatever the plan says. */
  isHeld(facts: SpendFacts): boolean;
  /** Why there is no such thing for the customer (404); null: what is named is there. */
  missing(input: ActionInput, facts: SpendFacts): SpendRefusal | null;
  /** Why the plan does not allow it (403), besides what the catalog requires of the action; null: it does. */
  forbidden(input: ActionInput, facts: SpendFacts): SpendRefusal | null;
  /** Why the present state of things does not allow it (409); null: it does. */
  impossible(input: ActionInput, facts: SpendFacts): SpendRefusal | null;
  /** The visibility of what is made. */
  visibility(input: ActionInput, facts: SpendFacts): Visibility;
  /** What is asked for, in words for a statement. They stay for ever, so there is none in them that a customer has written. */
  words(asked: Asked): string;
}
