import sharp from 'sharp';

export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp';

export interface Picture {
  readonly contentType: PictureType;
  /** In pixels as displayed, that is after the orientation that a camera noted. */
  readonly width: number;
  readonly height: number;
}

/** What an upload may weigh; the API stops reading there. */
export const UPLOAD_BYTES_MAX = 20_000_000;
/** Of what a style is learned from: a side below this shows none. What is generated may be of any size. */
export const PICTURE_SIDE_MIN = 64;
/** About what a good camera makes. A few kilobytes can unpack to far more, so it is asked before anything is decoded. */
export const PICTURE_PIXELS_MAX = 50_000_000;

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
    // The statistics need every pixel and keep none: a whole decode without a copy in memory.
    await image.timeout({ seconds: DECODE_SECONDS_MAX }).stats();
    return { contentType, width: autoOrient.width, height: autoOrient.height };
  } catch {
    return undefined;
  }
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
