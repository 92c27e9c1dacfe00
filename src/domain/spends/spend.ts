import type { Refusal } from '../refusal';
import { priceOf, type Action, type Catalog, type PlanId, type Rights } from '../catalog/catalog';
import type { Credits } from '../credits';
import type { ErrorDetails } from '../errors';
import { isImageShownTo, isModelKnownTo, type ImageFacts, type ModelFacts } from '../works/visibility';

export interface TrainModelInput {
  readonly name: string;
  readonly visibility: 'public' | 'private';
  readonly uploadIds: readonly string[];
}
export interface GenerateImagesInput {
  readonly modelId: string;
  readonly prompt: string;
  readonly count: number;
  readonly seed?: number;
}
export interface LicenseImageInput {
  readonly imageId: string;
}

/** What a customer asks for: the action and its input, already well-formed. */
export type SpendRequest =
  | { readonly action: 'train_model'; readonly input: TrainModelInput }
  | { readonly action: 'generate_images'; readonly input: GenerateImagesInput }
  | { readonly action: 'license_image'; readonly input: LicenseImageInput };

/** What is asked for, in words that may stay for ever: none that somebody has written. */
export function wordsOfRequest(request: SpendRequest): string {
  switch (request.action) {
    case 'train_model':
      return 'Training of a model';
    case 'generate_images':
      return `${String(request.input.count)} image${request.input.count === 1 ? '' : 's'}`;
    case 'license_image':
      return `Licence to image ${request.input.imageId}`;
  }
}

export const SPEND_STATUSES = ['reserved', 'running', 'succeeded', 'failed', 'canceled'] as const;
export type SpendStatus = (typeof SPEND_STATUSES)[number];

/** Where each status may go; the first terminal one wins. The CHECK and `app.record` in migrations hold the same table. */
export const SPEND_TRANSITIONS: Readonly<Record<SpendStatus, readonly SpendStatus[]>> = {
  reserved: ['running', 'succeeded', 'failed', 'canceled'],
  running: ['succeeded', 'failed', 'canceled'],
  succeeded: [],
  failed: [],
  canceled: [],
};

/** Whether a spend is settled: no transition leads on from its status. */
export function isTerminal(status: SpendStatus): boolean {
  return SPEND_TRANSITIONS[status].length === 0;
}

/** All that the decision about a spend reads, gathered before it is made. */
export interface SpendFacts {
  readonly customerId: string;
  readonly plan: PlanId;
  readonly catalog: Catalog;
  /** The model to generate with; undefined when there is none of that id. */
  readonly model?: ModelFacts | undefined;
  /** The image to license; undefined when there is none of that id. */
  readonly image?: ImageFacts | undefined;
  /** Which of the uploads to train from exist and belong to the customer. */
  readonly ownUploadIds?: readonly string[];
  /** Whether the job provider, as it is configured, can train models; absent: it can. */
  readonly trainable?: boolean;
}

/** Why a spend is not allowed. */
export type SpendRefusal = { readonly allowed: false } & Refusal;

export interface SpendPlan {
  readonly allowed: true;
  readonly unitCredits: Credits;
  readonly quantity: number;
  readonly credits: Credits;
  readonly rights: Rights;
  /** The visibility stamped on what the spend makes. */
  readonly visibility: 'public' | 'private';
}

/**
 * Judges a spend: what it costs and whether the customer may do it now. Pure, so that the quote, the admission and the
 * saga's own reserve decide alike. Says nothing about credits: that is the ledger's to decide.
 * Existence is judged before rights (404 before 403), and rights before the state of things (403 before 409).
 */
export function planSpend(request: SpendRequest, facts: SpendFacts): SpendPlan | SpendRefusal {
  const rights = facts.catalog.plans[facts.plan].rights;
  switch (request.action) {
    case 'train_model':
      return planTraining(request.input, facts, rights);
    case 'generate_images':
      return planGeneration(request.input, facts, rights);
    case 'license_image':
      return planLicense(facts, rights);
  }
}

function planTraining(input: TrainModelInput, facts: SpendFacts, rights: Rights): SpendPlan | SpendRefusal {
  const missing = input.uploadIds.filter((id) => !(facts.ownUploadIds ?? []).includes(id));
  if (missing.length > 0) return notFound(`No upload ${missing.join(', ')}.`, { uploadIds: missing });
  if (!rights.train) return planRequired('Training needs a paid plan.', facts, (plan) => plan.train);
  if (facts.trainable === false) {
    const message = 'The job provider of this installation trains no models.';
    return { allowed: false, code: 'provider_unable', message, details: {} };
  }
  return allow('train_model', 1, facts, rights, input.visibility);
}

function planGeneration(
  input: GenerateImagesInput,
  facts: SpendFacts,
  rights: Rights,
): SpendPlan | SpendRefusal {
  const model = facts.model;
  if (model === undefined || !isModelKnownTo(model, facts.customerId))
    return notFound(`No model ${input.modelId}.`);
  if (model.visibility === 'private' && !rights.privateWork) {
    return planRequired(
      'Generating with a private model needs a paid plan.',
      facts,
      (plan) => plan.privateWork,
    );
  }
  if (model.status !== 'ready') {
    const message = `Model ${model.id} is ${model.status}.`;
    return {
      allowed: false,
      code: 'model_unavailable',
      message,
      details: { modelId: model.id, modelStatus: model.status },
    };
  }
  return allow('generate_images', input.count, facts, rights, rights.privateWork ? 'private' : 'public');
}

/** A licence that the customer has already is theirs whatever has changed since: it is answered, and costs nothing. */
function planLicense(facts: SpendFacts, rights: Rights): SpendPlan | SpendRefusal {
  const image = facts.image;
  if (image === undefined || !isImageShownTo(image, facts.customerId)) return notFound('No such image.');
  if (image.model.ownerId === facts.customerId) {
    const message = 'The image was made with your own model: it needs no licence.';
    return { allowed: false, code: 'license_not_needed', message, details: { imageId: image.id } };
  }
  if (!image.licensed && !rights.license)
    return planRequired('Licences need a paid plan.', facts, (plan) => plan.license);
  return allow('license_image', 1, facts, rights, image.visibility);
}

function allow(
  action: Action,
  quantity: number,
  { catalog }: SpendFacts,
  rights: Rights,
  visibility: 'public' | 'private',
): SpendPlan {
  const unitCredits = priceOf(catalog, action, 1);
  return {
    allowed: true,
    unitCredits,
    quantity,
    credits: priceOf(catalog, action, quantity),
    rights,
    visibility,
  };
}

function notFound(message: string, details: ErrorDetails = {}): SpendRefusal {
  return { allowed: false, code: 'not_found', message, details };
}

function planRequired(message: string, facts: SpendFacts, grants: (rights: Rights) => boolean): SpendRefusal {
  const plans = Object.values(facts.catalog.plans)
    .filter((plan) => grants(plan.rights))
    .sort((a, b) => a.rank - b.rank)
    .map((plan) => plan.id);
  return { allowed: false, code: 'plan_required', message, details: { plan: facts.plan, plans } };
}
