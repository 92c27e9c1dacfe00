import { licenseKey } from '../keys';
import { refuse } from '../spends/refusals';
import { isImageShownTo } from '../works/visibility';
import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { idOf } from './members';

/**
 * The licence to use an image commercially. A customer has it once and for ever: asked for again it is answered and costs
 * nothing, whatever has become of the image or the plan.
 */
export const LICENSE: ActionDefinition = {
  input: builtInInputOf('license'),
  work: 'A licence to an image is issued at once.',
  result: 'licenseId',
  named: (input) => {
    const imageId = idOf(input, 'imageId');
    return imageId === undefined ? {} : { imageId };
  },
  exclusiveKey: (input) => licenseKey(idOf(input, 'imageId') ?? ''),
  isHeld: ({ image }) => image?.licensed === true,
  missing: (_input, { image, customerId }) =>
    image !== undefined && isImageShownTo(image, customerId) ? null : refuse('not_found', 'No such image.'),
  forbidden: () => null,
  impossible(_input, { image, customerId }) {
    if (image === undefined || image.model?.ownerId !== customerId) return null;
    const message = 'The image was made with your own model: it needs no licence.';
    return refuse('license_not_needed', message, { imageId: image.id });
  },
  visibility: (_input, { image }) => image?.visibility ?? 'private',
  words: ({ input }) => `Licence to image ${idOf(input, 'imageId') ?? ''}`,
};
