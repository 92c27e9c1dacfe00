import { hasRight } from '../catalog/rights';
import { planRequired, refuse } from '../spends/refusals';
import { isModelKnownTo } from '../works/visibility';
import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { idOf } from './members';
import { wordsOfAction, wordsOfUnits } from './words';

/**
 * Images, made with a model of the marketplace or, where the catalog asks for no `modelId`, by whatever the action's version names.
 * They are private to who asked for them if their plan has private work.
 */
export const IMAGES: ActionDefinition = {
  input: builtInInputOf('images'),
  work: 'The job provider makes images.',
  result: 'imageIds',
  named: (input) => {
    const modelId = idOf(input, 'modelId');
    return modelId === undefined ? {} : { modelId };
  },
  exclusiveKey: () => null,
  isHeld: () => false,
  missing(input, { model, customerId }) {
    const modelId = idOf(input, 'modelId');
    if (modelId === undefined) return null;
    const isKnown = model !== undefined && isModelKnownTo(model, customerId);
    return isKnown ? null : refuse('not_found', `No model ${modelId}.`);
  },
  forbidden(_input, facts) {
    if (facts.model?.visibility !== 'private' || hasRight(facts.plan.rights, 'privateWork')) return null;
    return planRequired(
      'Generating with a private model needs a plan with private work.',
      facts,
      'privateWork',
    );
  },
  impossible(_input, { model }) {
    if (model === undefined || model.status === 'ready') return null;
    const details = { modelId: model.id, modelStatus: model.status };
    return refuse('model_unavailable', `Model ${model.id} is ${model.status}.`, details);
  },
  visibility: (_input, { plan }) => (hasRight(plan.rights, 'privateWork') ? 'private' : 'public'),
  words: (asked) =>
    idOf(asked.input, 'modelId') === undefined
      ? wordsOfAction(asked)
      : wordsOfUnits(asked.quantity, asked.unit ?? 'image'),
};
