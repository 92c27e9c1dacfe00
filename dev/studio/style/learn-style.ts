import sharp from 'sharp';
import { labOf, type Lab } from './oklab';
import { learnPalette } from './learn-palette';
import type { Style } from './style';

/** Pictures are looked at in this size: enough for brush strokes, quick for thirty pictures. */
const SIDE = 128;
const PALETTE_COLORS = 9;
const PALETTE_SAMPLES_MAX = 24_000;
// Looked up once: it runs for every pixel.
const { sqrt } = Math;
/** Lightness steps between neighbours: above, an edge; below, one flat colour. */
const EDGE_STEP = 0.09;
const FLAT_STEP = 0.012;

/**
 * Learns a style from pictures: what colours in what shares, how contrasty, how lined, how grainy, how flat, and
 * along which way the strokes run. Deterministic. Throws when a picture cannot be decoded.
 */
export async function learnStyle(pictures: readonly Buffer[]): Promise<Style> {
  const fields: Field[] = [];
  for (const picture of pictures) fields.push(await readField(picture));
  const colors = fields.flatMap((field) => field.colors);
  const every = Math.max(1, Math.ceil(colors.length / PALETTE_SAMPLES_MAX));
  const texture = fields.map(measureTexture);
  const tensor = sumBy(texture, (one) => one.tensor.xx - one.tensor.yy);
  const cross = sumBy(texture, (one) => 2 * one.tensor.xy);
  const energy = sumBy(texture, (one) => one.tensor.xx + one.tensor.yy);
  return {
    palette: learnPalette(
      colors.filter((_, index) => index % every === 0),
      PALETTE_COLORS,
    ).map((swatch) => ({ ...swatch })),
    ground: medianOf(fields.flatMap(borderOf)),
    contrast: deviationOf(colors.map((color) => color.l)),
    edges: sumBy(texture, (one) => one.edges) / texture.length,
    grain: Math.sqrt(sumBy(texture, (one) => one.grain) / texture.length),
    flatness: sumBy(texture, (one) => one.flatness) / texture.length,
    // The structure tensor's main axis lies across the strokes; they run at a right angle to it.
    direction: (0.5 * Math.atan2(cross, tensor) + Math.PI * 1.5) % Math.PI,
    coherence: energy === 0 ? 0 : Math.hypot(tensor, cross) / energy,
  };
}

interface Field {
  readonly width: number;
  readonly height: number;
  readonly colors: readonly Lab[];
}

async function readField(picture: Buffer): Promise<Field> {
  const { data, info } = await sharp(picture)
    .autoOrient()
    .resize(SIDE, SIDE, { fit: 'inside' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (offset: number): number => data[offset] ?? 0;
  const step = info.channels;
  const colors = Array.from({ length: info.width * info.height }, (_, index) =>
    step < 3
      ? labOf(at(index * step), at(index * step), at(index * step))
      : labOf(at(index * step), at(index * step + 1), at(index * step + 2)),
  );
  return { width: info.width, height: info.height, colors };
}

function measureTexture({ width, height, colors }: Field) {
  const lightness = (x: number, y: number): number => colors[y * width + x]?.l ?? 0;
  let [edges, flat, grain, calm, pixels] = [0, 0, 0, 0, 0];
  const tensor = { xx: 0, yy: 0, xy: 0 };
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const right = (lightness(x + 1, y) - lightness(x - 1, y)) / 2;
      const down = (lightness(x, y + 1) - lightness(x, y - 1)) / 2;
      const slope = sqrt(right * right + down * down);
      pixels += 1;
      tensor.xx += right * right;
      tensor.yy += down * down;
      tensor.xy += right * down;
      if (slope > EDGE_STEP / 2) {
        edges += 1;
        continue;
      }
      if (slope < FLAT_STEP / 2) flat += 1;
      const around = lightness(x - 1, y) + lightness(x + 1, y) + lightness(x, y - 1) + lightness(x, y + 1);
      grain += (lightness(x, y) - around / 4) ** 2;
      calm += 1;
    }
  }
  return { edges: edges / pixels, flatness: flat / pixels, grain: grain / Math.max(1, calm), tensor };
}

function borderOf({ width, height, colors }: Field): readonly Lab[] {
  const margin = Math.max(1, Math.round(Math.min(width, height) * 0.04));
  return colors.filter((_, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    // The lower edge is mostly foreground, so it says little about the ground that is painted on.
    return y < margin || ((x < margin || x >= width - margin) && y < height * 0.6);
  });
}

function medianOf(colors: readonly Lab[]): Lab {
  const middle = (pick: (color: Lab) => number): number =>
    colors.map(pick).sort((x, y) => x - y)[Math.floor(colors.length / 2)] ?? 0.5;
  return { l: middle((color) => color.l), a: middle((color) => color.a), b: middle((color) => color.b) };
}

function deviationOf(values: readonly number[]): number {
  const mean = sumBy(values, (value) => value) / values.length;
  return Math.sqrt(sumBy(values, (value) => (value - mean) ** 2) / values.length);
}

function sumBy<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
