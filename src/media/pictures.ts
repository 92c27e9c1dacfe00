import sharp from 'sharp';
import { PICTURE_PIXELS_MAX } from './picture-limits';

export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp';

export interface Picture {
  readonly contentType: PictureType;
  /** In pixels as displayed, that is after the orientation that a camera noted. */
  readonly width: number;
  readonly height: number;
}

const DECODE_SECONDS_MAX = 20;

/**
 * Says what picture the bytes are: PNG, JPEG or WebP, whole (it is decoded to the last pixel), at least `sideMin` pixels a
 * side and no larger than the pixel limit. Answers undefined when they are none; never throws for their content.
 */
export async function readPicture(bytes: Buffer, sideMin = 1): Promise<Picture | undefined> {
  const contentType = findPictureType(bytes);
  if (contentType === undefined) return undefined;
  try {
    const image = sharp(bytes, { limitInputPixels: PICTURE_PIXELS_MAX, failOn: 'error' });
    const { autoOrient } = await image.metadata();
    if (Math.min(autoOrient.width, autoOrient.height) < sideMin) return undefined;
    await decodeWhole(bytes, DECODE_SECONDS_MAX);
    return { contentType, width: autoOrient.width, height: autoOrient.height };
  } catch {
    return undefined;
  }
}

/**
 * Decodes a picture to its last pixel and keeps none of them: row by row where its format allows, so that it takes little memory.
 * Throws what the decoder says when it is damaged or cut off, or takes longer than `secondsMax` (0: however long).
 */
export async function decodeWhole(bytes: Buffer, secondsMax = 0): Promise<void> {
  await sharp(bytes, { limitInputPixels: PICTURE_PIXELS_MAX, failOn: 'error', sequentialRead: true })
    .resize(16, 16, { fit: 'fill' })
    .raw()
    .timeout({ seconds: secondsMax })
    .toBuffer();
}

/**
 * The type of a picture by its first bytes alone, so that no other decoder of the library (SVG, PDF, HEIF) ever sees what
 * strangers send; undefined for whatever else it is.
 */
export function findPictureType(bytes: Buffer): PictureType | undefined {
  const head = bytes.subarray(0, 12).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp';
  return undefined;
}
