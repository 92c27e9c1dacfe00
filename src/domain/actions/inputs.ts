/*
 * The built-in inputs, one for each kind of action, as JSON Schemas (2020-12). They hold where a catalog gives an action no `input`
 * of its own. `line` and `lines` are formats: readable text on one line or several, not blank.
 */

type JsonSchema = Readonly<Record<string, unknown>>;

export interface BuiltInInput {
  /** What a spend needs. */
  readonly schema: JsonSchema;
  /** What a quote needs of it: what decides the price and who may do it. All other fields may be left out. */
  readonly requiredOfQuote: readonly string[];
  /**
   * The member without which the work is of another sort: an input of the catalog's own that does not name it needs none of the
   * others either, if the action names a version. Absent: the work always needs all that is required.
   */
  readonly onlyWith?: string;
}

const UPLOADS_MIN = 3;
const UPLOADS_MAX = 30;
const IMAGES_MAX = 100;
const SEED_MAX = 2 ** 32 - 1;

const IMAGES: BuiltInInput = {
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['modelId', 'prompt', 'count'],
    properties: {
      modelId: { type: 'string' },
      prompt: { type: 'string', minLength: 1, maxLength: 2_000, format: 'lines' },
      count: { type: 'integer', minimum: 1, maximum: IMAGES_MAX },
      seed: {
        type: 'integer',
        minimum: 0,
        maximum: SEED_MAX,
        description: 'The same seed gives the same images.',
      },
    },
  },
  requiredOfQuote: ['modelId', 'count'],
  // Without a model, the version of the action says what makes the images.
  onlyWith: 'modelId',
};

const MODEL: BuiltInInput = {
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'visibility', 'uploadIds'],
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 100, format: 'line' },
      visibility: { type: 'string', enum: ['public', 'private'] },
      uploadIds: {
        type: 'array',
        items: { type: 'string' },
        minItems: UPLOADS_MIN,
        maxItems: UPLOADS_MAX,
        uniqueItems: true,
      },
    },
  },
  requiredOfQuote: [],
};

const LICENSE: BuiltInInput = {
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['imageId'],
    properties: { imageId: { type: 'string' } },
  },
  requiredOfQuote: ['imageId'],
};

/** Work that needs nothing to be said, unless the catalog asks for it. */
const NOTHING: BuiltInInput = {
  schema: { type: 'object', additionalProperties: false, properties: {} },
  requiredOfQuote: [],
};

const BY_DELIVERY: Readonly<Record<'images' | 'model' | 'output' | 'license', BuiltInInput>> = {
  images: IMAGES,
  model: MODEL,
  output: NOTHING,
  license: LICENSE,
};

/** The input of a kind of action, by what it delivers. */
export function builtInInputOf(delivers: keyof typeof BY_DELIVERY | null): BuiltInInput {
  return delivers === null ? NOTHING : BY_DELIVERY[delivers];
}
