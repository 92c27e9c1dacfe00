import { SIDE } from './geometry';
import type { Hand } from './hand';
import type { Random } from './random';

// Looked up once: this runs for each of a quarter of a million pixels.
const { floor, min, round } = Math;

/**
 * Lays paper and pigment over painted pixels (RGB, in place): a fine tooth, and the slow clouds that wet paint dries
 * to. Only lightness moves, so the colours stay the style's.
 */
export function addTexture(pixels: Buffer, hand: Hand, random: Random): void {
  const tooth = createNoise(random, 2);
  const fiber = createNoise(random, 5);
  const cloud = createNoise(random, 70);
  const clouds = 0.05 * hand.wash + 0.012;
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const lift = hand.grain * (tooth(x, y) + 0.6 * fiber(x, y * 1.6)) + clouds * cloud(x, y);
      const factor = 1 + 2 * lift;
      const offset = (y * SIDE + x) * 3;
      for (let channel = offset; channel < offset + 3; channel += 1) {
        // A Buffer wraps around at 256, so the upper end is clipped here.
        pixels[channel] = min(255, round((pixels[channel] ?? 0) * factor + 10 * lift));
      }
    }
  }
}

const LATTICE = 64;

/** Smooth noise between −1 and 1, whose bumps are about `size` pixels wide. */
function createNoise(random: Random, size: number): (x: number, y: number) => number {
  const values = Float32Array.from({ length: LATTICE * LATTICE }, () => random.between(-1, 1));
  const value = (column: number, row: number): number =>
    values[(row & (LATTICE - 1)) * LATTICE + (column & (LATTICE - 1))] ?? 0;
  return (x, y) => {
    const [column, row] = [floor(x / size), floor(y / size)];
    const across = smooth(x / size - column);
    const down = smooth(y / size - row);
    const top = value(column, row) * (1 - across) + value(column + 1, row) * across;
    const bottom = value(column, row + 1) * (1 - across) + value(column + 1, row + 1) * across;
    return top * (1 - down) + bottom * down;
  };
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
