import sharp from 'sharp';
import { everything, SIDE } from './paint/geometry';
import { handOf } from './paint/hand';
import { layOutPaints } from './paint/paints';
import { paintShape } from './paint/paint-shape';
import { createRandom } from './paint/random';
import { addTexture } from './paint/texture';
import { compose } from './scenes/compose';
import { hexOf } from './style/oklab';
import type { Style } from './style/style';

/**
 * Renders one picture: a PNG of 512 by 512 pixels of what the prompt asks for, in the style. The same version, prompt,
 * seed and index give the same bytes.
 */
export async function render(
  style: Style,
  of: { readonly version: string; readonly prompt: string; readonly seed: number; readonly index: number },
): Promise<Buffer> {
  const random = createRandom(of.version, of.prompt, of.seed, of.index);
  const paints = layOutPaints(style, random);
  const hand = handOf(style);
  const backdrop = { outline: everything(), color: paints.ground, depth: 0.1, kind: 'mass' } as const;
  const shapes = [backdrop, ...compose(of.prompt, { paints, random })];
  const painted = shapes.map((shape) => paintShape(shape, hand, paints.ink, random)).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">
    <rect width="100%" height="100%" fill="${hexOf(paints.ground)}"/>${painted}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  addTexture(data, hand, random);
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return sharp(data, { raw }).png({ compressionLevel: 4 }).toBuffer();
}
