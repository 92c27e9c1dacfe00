import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { findPackageRoot } from '../../src/platform/package-root';

type Plans = Readonly<Record<string, { readonly rights: object }>>;

const TEXT = { type: 'string', maxLength: 200 };

/** Actions of several kinds that no code names; the provider's run on the studio. */
export const ANY_ACTIONS = {
  upscale_picture: {
    price: 2,
    unit: 'picture',
    runs: 'provider',
    delivers: 'images',
    version: 'house-paper-garden-1',
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['prompt', 'scale'],
      properties: { prompt: TEXT, scale: { type: 'integer', minimum: 1, maximum: 4 } },
    },
  },
  read_picture: {
    price: '0.5',
    quantity: 'input.num_outputs',
    unit: 'line',
    runs: 'provider',
    delivers: 'output',
    version: 'house-paper-garden-1',
    input: {
      type: 'object',
      required: ['prompt', 'num_outputs'],
      properties: { prompt: TEXT, num_outputs: { type: 'integer', minimum: 1, maximum: 100 } },
    },
  },
  sketch: { price: 2, quantity: 'input.count', firstFree: 1, runs: 'provider', delivers: 'images' },
  tip_artist: { price: 5, runs: 'nothing' },
};

/** The default catalog as another version, with actions beside its own, and with the named plans having one right more. */
export function catalogTextWith(
  version: string,
  actions: object,
  more: { readonly right: string; readonly plans: readonly string[] },
): string {
  const text = readFileSync(join(findPackageRoot(), 'catalog', 'exactly-2024.yaml'), 'utf8');
  const document = parse(text) as { readonly plans: Plans; readonly actions: object };
  const plans = Object.entries(document.plans).map(([id, plan]) => [
    id,
    more.plans.includes(id) ? { ...plan, rights: { ...plan.rights, [more.right]: true } } : plan,
  ]);
  return stringify({
    ...document,
    version,
    plans: Object.fromEntries(plans) as Plans,
    actions: { ...document.actions, ...actions },
  });
}
