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
    const [teeth, fibers, dried] = [tooth(y), fiber(y * 1.6), cloud(y)];
    for (let x = 0; x < SIDE; x += 1) {
      const roughness = (teeth[x] ?? 0) + 0.6 * (fibers[x] ?? 0);
      const lift = hand.grain * roughness + clouds * (dried[x] ?? 0);
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

/**
 * Smooth noise between −1 and 1, whose bumps are about `size` pixels wide: answers a row of pixels at the height `y`, which
 * holds until the next one is asked for. What does not change from row to row, or from pixel to pixel, is reckoned once.
 */
function createNoise(random: Random, size: number): (y: number) => Float32Array {
  const values = Float32Array.from({ length: LATTICE * LATTICE }, () => random.between(-1, 1));
  const columns = Uint8Array.from({ length: SIDE }, (_, x) => floor(x / size) & (LATTICE - 1));
  const shares = Float32Array.from({ length: SIDE }, (_, x) => smooth((x / size) % 1));
  const heights = new Float32Array(LATTICE);
  const pixels = new Float32Array(SIDE);
  return (y) => {
    const above = (floor(y / size) & (LATTICE - 1)) * LATTICE;
    const below = ((floor(y / size) + 1) & (LATTICE - 1)) * LATTICE;
    const down = smooth((y / size) % 1);
    for (let column = 0; column < LATTICE; column += 1)
      heights[column] = mix(values[above + column] ?? 0, values[below + column] ?? 0, down);
    for (let x = 0; x < SIDE; x += 1) {
      const column = columns[x] ?? 0;
      pixels[x] = mix(heights[column] ?? 0, heights[(column + 1) & (LATTICE - 1)] ?? 0, shares[x] ?? 0);
    }
    return pixels;
  };
}

function mix(one: number, other: number, share: number): number {
  return one + (other - one) * share;
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
