import sharp from 'sharp';
import { PICTURE_PIXELS_MAX } from './picture-limits';

/**
 * Lays the mark over a picture and answers a PNG of the same size: the name in slanted rows over all of it, light with
 * a dark edge so that it shows on any ground, and a seal in the lower right corner. Large and soft enough to
 * survive scaling and recompression. Deterministic; the letters are paths, so no installed font changes them.
 */
export async function watermark(picture: Buffer): Promise<Buffer> {
  const image = sharp(picture, { limitInputPixels: PICTURE_PIXELS_MAX }).autoOrient();
  const { autoOrient } = await image.metadata();
  const overlay = Buffer.from(overlaySvg(autoOrient.width, autoOrient.height));
  return image
    .composite([{ input: overlay, density: 72 }])
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** The letters on a grid 4 wide and 6 high, as strokes. */
const LETTERS = [
  'M4 1 Q4 0 2 0 Q0 0 0 1.5 Q0 3 2 3 Q4 3 4 4.5 Q4 6 2 6 Q0 6 0 5',
  'M4 1 Q4 0 2.2 0 Q0 0 0 3 Q0 6 2.2 6 Q4 6 4 5',
  'M0 6 V0 H2.2 Q4 0 4 1.6 Q4 3.2 2.2 3.2 H0 M2 3.2 L4 6',
  'M2 0 V6',
  'M0 6 V0 H2.2 Q4 0 4 1.6 Q4 3.3 2.2 3.3 H0',
] as const;
const LETTER_STEP = 6;
const WORD_WIDTH = LETTERS.length * LETTER_STEP;

function overlaySvg(width: number, height: number): string {
  const shorter = Math.min(width, height);
  // About three words a side: no crop worth having is free of it.
  const unit = shorter / 110;
  const tile = { width: (WORD_WIDTH + 8) * unit, height: 22 * unit };
  const row = word(unit, 0, tile.height * 0.1) + word(unit, -tile.width / 2, tile.height * 0.6);
  const next = word(unit, tile.width / 2, tile.height * 0.6);
  const seal = { x: width - shorter * 0.09, y: height - shorter * 0.09, radius: shorter * 0.06 };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><pattern id="rows" width="${tile.width}" height="${tile.height}" patternUnits="userSpaceOnUse"
      patternTransform="rotate(-28)">${row}${next}</pattern></defs>
    <rect width="100%" height="100%" fill="url(#rows)"/>
    <g transform="translate(${seal.x} ${seal.y})">
      <circle r="${seal.radius}" fill="#101418" fill-opacity="0.6"/>
      <circle r="${seal.radius * 0.86}" fill="none" stroke="#fff" stroke-opacity="0.85" stroke-width="${unit * 0.7}"/>
      ${glyph(LETTERS[0], seal.radius / 6, { x: -seal.radius / 3, y: -seal.radius / 2, opacity: 0.95, ink: '#fff' })}
    </g></svg>`;
}

function word(unit: number, x: number, y: number): string {
  const at = (index: number) => x + (index * LETTER_STEP + 4) * unit;
  const dark = LETTERS.map((letter, index) =>
    glyph(letter, unit, { x: at(index) + unit * 0.35, y: y + unit * 0.35, opacity: 0.28, ink: '#000' }),
  );
  const light = LETTERS.map((letter, index) =>
    glyph(letter, unit, { x: at(index), y, opacity: 0.42, ink: '#fff' }),
  );
  return dark.join('') + light.join('');
}

function glyph(
  path: string,
  unit: number,
  at: { readonly x: number; readonly y: number; readonly opacity: number; readonly ink: string },
): string {
  return `<path d="${path}" transform="translate(${at.x} ${at.y}) scale(${unit})" fill="none" stroke="${at.ink}"
    stroke-opacity="${at.opacity}" stroke-width="1.15" stroke-linecap="round" stroke-linejoin="round"/>`;
}
