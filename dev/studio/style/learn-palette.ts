import { createRandom } from '../paint/random';
import { chromaOf, distance, type Lab } from './oklab';

export interface Swatch extends Lab {
  readonly weight: number;
}

const ROUNDS = 12;
/** No two colours are farther apart. */
const FARTHEST = 10;

/**
 * The `count` colours that stand for all of `colors`, largest share first: k-means in OKLab, begun far apart. Vivid
 * colours count more than dull ones, since a small red sail makes a style as much as a wide grey sea. Deterministic.
 */
export function learnPalette(colors: readonly Lab[], count: number): readonly Swatch[] {
  const weights = colors.map((color) => 0.25 + 5 * chromaOf(color));
  let centers = spreadCenters(colors, count);
  let shares: readonly number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ({ centers, shares } = moveCenters(colors, weights, centers));
  }
  return centers
    .map((center, index) => ({ ...center, weight: shares[index] ?? 0 }))
    .sort((x, y) => y.weight - x.weight);
}

/** k-means++: each further center is likelier the farther it lies from those before. */
function spreadCenters(colors: readonly Lab[], count: number): readonly Lab[] {
  const random = createRandom('palette', colors.length);
  const first = colors[random.whole(0, colors.length - 1)] ?? { l: 0.5, a: 0, b: 0 };
  const centers: Lab[] = [first];
  const gaps = colors.map((color) => distance(color, first) ** 2);
  while (centers.length < count) {
    let left = random.next() * gaps.reduce((sum, gap) => sum + gap, 0);
    const found = gaps.findIndex((gap) => (left -= gap) <= 0);
    const center = colors[Math.max(0, found)] ?? first;
    centers.push(center);
    colors.forEach((color, index) => {
      gaps[index] = Math.min(gaps[index] ?? 0, distance(color, center) ** 2);
    });
  }
  return centers;
}

function moveCenters(
  colors: readonly Lab[],
  weights: readonly number[],
  centers: readonly Lab[],
): { centers: readonly Lab[]; shares: readonly number[] } {
  const sums = centers.map(() => ({ l: 0, a: 0, b: 0, weight: 0, pixels: 0 }));
  colors.forEach((color, index) => {
    const sum = sums[nearestOf(color, centers)];
    const weight = weights[index] ?? 1;
    if (sum === undefined) return;
    sum.l += color.l * weight;
    sum.a += color.a * weight;
    sum.b += color.b * weight;
    sum.weight += weight;
    sum.pixels += 1;
  });
  const moved = sums.map((sum, index) => {
    const still = centers[index] ?? { l: 0.5, a: 0, b: 0 };
    return sum.weight === 0 ? still : { l: sum.l / sum.weight, a: sum.a / sum.weight, b: sum.b / sum.weight };
  });
  return { centers: moved, shares: sums.map((sum) => sum.pixels / colors.length) };
}

function nearestOf(color: Lab, centers: readonly Lab[]): number {
  let nearest = 0;
  let gap = FARTHEST;
  centers.forEach((center, index) => {
    const candidate = distance(color, center);
    if (candidate < gap) [nearest, gap] = [index, candidate];
  });
  return nearest;
}
