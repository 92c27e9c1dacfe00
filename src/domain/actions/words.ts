import type { Asked } from './definition';

/** So many units in their own word: `1 image`, `8,000 tokens`. */
export function wordsOfUnits(quantity: number, unit: string): string {
  return `${numberInWords(quantity)} ${quantity === 1 ? unit : pluralOf(unit)}`;
}

/** An action by its id, and its units where the catalog has a word for them: `Generate text: 8,000 tokens`. */
export function wordsOfAction({ action, quantity, unit }: Asked): string {
  const name = action.replaceAll('_', ' ').trim();
  const words = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return unit === null ? words : `${words}: ${wordsOfUnits(quantity, unit)}`;
}

/** With commas between thousands, and at most three digits after the point. */
function numberInWords(value: number): string {
  const [whole = '', fraction] = String(Math.round(value * 1_000) / 1_000).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function pluralOf(unit: string): string {
  if (/s$/.test(unit)) return unit;
  if (/(x|z|ch|sh)$/.test(unit)) return `${unit}es`;
  return /[^aeiou]y$/.test(unit) ? `${unit.slice(0, -1)}ies` : `${unit}s`;
}
