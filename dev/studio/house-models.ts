import { labOfHex } from './style/oklab';
import type { Style } from './style/style';

export interface HouseModel {
  readonly name: string;
  /** What to generate with; the studio knows it from its first start. */
  readonly version: string;
}

/** Three styles of a house artist, so that a first picture can be made before anybody has trained anything. */
export const HOUSE_MODELS: readonly HouseModel[] = [
  { name: 'Harbour Gouache', version: 'house-harbour-gouache-1' },
  { name: 'Night Ink', version: 'house-night-ink-1' },
  { name: 'Paper Garden', version: 'house-paper-garden-1' },
];

/** The style behind each house version. */
export const HOUSE_STYLES: ReadonlyMap<string, Style> = new Map([
  [
    'house-harbour-gouache-1',
    {
      palette: paletteOf({
        '#dfe3d6': 24,
        '#8fb3bd': 22,
        '#3f6f8c': 16,
        '#24465f': 12,
        '#e9b872': 8,
        '#d9674c': 7,
        '#6f8f6b': 7,
        '#f4efe1': 4,
      }),
      ground: labOfHex('#dbe4dc'),
      contrast: 0.2,
      edges: 0.11,
      grain: 0.016,
      flatness: 0.3,
      direction: 0.06,
      coherence: 0.34,
    },
  ],
  [
    'house-night-ink-1',
    {
      palette: paletteOf({
        '#10162b': 34,
        '#1d2a4d': 22,
        '#2f4372': 14,
        '#5a6ea0': 9,
        '#b9c3df': 6,
        '#f2e7c4': 4,
        '#e2a13b': 5,
        '#7d3f6a': 6,
      }),
      ground: labOfHex('#121a33'),
      contrast: 0.17,
      edges: 0.27,
      grain: 0.009,
      flatness: 0.35,
      direction: 2.1,
      coherence: 0.42,
    },
  ],
  [
    'house-paper-garden-1',
    {
      palette: paletteOf({
        '#f6ecd9': 28,
        '#e98a6d': 12,
        '#c8443f': 9,
        '#f2c14e': 9,
        '#2f6b5b': 14,
        '#7fae8a': 12,
        '#274060': 9,
        '#f1a9a0': 7,
      }),
      ground: labOfHex('#f7eddb'),
      contrast: 0.2,
      edges: 0.05,
      grain: 0.003,
      flatness: 0.93,
      direction: 0.8,
      coherence: 0.1,
    },
  ],
]);

function paletteOf(percents: Readonly<Record<string, number>>): Style['palette'] {
  return Object.entries(percents).map(([hex, percent]) => ({ ...labOfHex(hex), weight: percent / 100 }));
}
