import type { Knex } from 'knex';
import { definitionOf } from '../domain/actions/definitions';
import type { Action, ActionInput, Catalog, Plan } from '../domain/catalog/catalog';
import { planOrDefault } from '../domain/catalog/plans';
import type { Instant } from '../domain/instants';
import type { SpendFacts } from '../domain/spends/spend-facts';
import { getCustomerPlan } from './customer-plan';
import { findImageFacts } from './images';
import { findModel } from './models';
import { listOwnUploadIds } from './uploads';

/** What a customer buys by: their catalog version, and the plan of it that they have now. */
export interface SpendTerms {
  readonly catalog: Catalog;
  readonly plan: Plan;
}

/** The version that the customer's subscription is pinned to (else the newest), and their plan at an instant. */
export async function loadSpendTerms(
  db: Knex,
  { customerId, at }: { readonly customerId: string; readonly at: Instant },
): Promise<SpendTerms> {
  const { catalog, plan } = await getCustomerPlan(db, customerId, at);
  return { catalog, plan: planOrDefault(catalog, plan) };
}

/** Gathers what `planSpend` judges by: besides the terms the model, image or uploads that the input names, as far as they are there. */
export async function loadSpendFacts(
  db: Knex,
  customerId: string,
  asked: SpendTerms & { readonly action: Action; readonly input: ActionInput },
): Promise<SpendFacts> {
  const { catalog, plan, action, input } = asked;
  const { modelId, imageId, uploadIds } = definitionOf(action).named(input);
  const [model, image, ownUploadIds] = await Promise.all([
    modelId === undefined ? undefined : findModel(db, modelId),
    imageId === undefined ? undefined : findImageFacts(db, imageId, customerId),
    uploadIds === undefined ? [] : listOwnUploadIds(db, customerId, uploadIds),
  ]);
  return { customerId, catalog, plan, action, model, image, ownUploadIds };
}
