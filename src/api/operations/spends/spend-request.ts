import { z } from 'zod';
import type { SpendRequest } from '../../../domain/spends/spend';
import { possibleId } from '../../http/possible-id';
import { idSchema, linesSchema, textSchema, visibilitySchema } from '../../schemas';

const IMAGES_MAX = 100;
const UPLOADS_MIN = 3;
const UPLOADS_MAX = 30;
const SEED_MAX = 2 ** 32 - 1;
const NAME_LENGTH_MAX = 100;
const PROMPT_LENGTH_MAX = 2_000;

const uploadIds = z
  .array(z.string())
  .max(UPLOADS_MAX)
  .refine((ids) => new Set(ids).size === ids.length, 'must not name an upload twice')
  .transform((ids) => ids.map(possibleId));

const trainModel = z.strictObject({
  name: textSchema(NAME_LENGTH_MAX),
  visibility: visibilitySchema,
  uploadIds: z
    .array(z.string())
    .min(UPLOADS_MIN)
    .pipe(uploadIds)
    .meta({ maxItems: UPLOADS_MAX, uniqueItems: true }),
});
const generateImages = z.strictObject({
  modelId: idSchema,
  prompt: linesSchema(PROMPT_LENGTH_MAX),
  count: z.int().min(1).max(IMAGES_MAX),
  seed: z
    .int()
    .min(0)
    .max(SEED_MAX)
    .exactOptional()
    .meta({ description: 'The same seed gives the same images.' }),
});
const licenseImage = z.strictObject({ imageId: idSchema });

/** The price of a training is asked for before there are pictures or a name. */
const trainModelToQuote = z.strictObject({
  name: textSchema(NAME_LENGTH_MAX).default('A model'),
  visibility: visibilitySchema.default('private'),
  uploadIds: uploadIds.default([]).meta({ uniqueItems: true }),
});
/** Nor does the price of images ask for a prompt. */
const generateImagesToQuote = generateImages.extend({
  prompt: linesSchema(PROMPT_LENGTH_MAX).default('A picture'),
});

/** What `POST /v1/spends` takes. */
export const spendRequestSchema = requestOf(trainModel, generateImages);

/** What `POST /v1/quotes` takes: the same, or less. */
export const quoteRequestSchema = requestOf(trainModelToQuote, generateImagesToQuote);

function requestOf<Train extends z.ZodType, Generate extends z.ZodType>(train: Train, generate: Generate) {
  return z.discriminatedUnion('action', [
    z.strictObject({ customerId: idSchema, action: z.literal('train_model'), input: train }),
    z.strictObject({ customerId: idSchema, action: z.literal('generate_images'), input: generate }),
    z.strictObject({ customerId: idSchema, action: z.literal('license_image'), input: licenseImage }),
  ]);
}

/** How many units of its action a request asks for. */
export function quantityOf(request: SpendRequest): number {
  return request.action === 'generate_images' ? request.input.count : 1;
}
