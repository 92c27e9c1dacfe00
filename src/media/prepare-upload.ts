import sharp, { type Sharp } from 'sharp';
import { DomainError } from '../domain/errors';
import { stripJpeg } from './formats/jpeg';
import { stripPng } from './formats/png';
import { stripWebp } from './formats/webp';
import { inspectUpload, type InspectedUpload } from './inspect-upload';
import { PICTURE_PIXELS_MAX, UPLOAD_BYTES_MAX } from './picture-limits';
import { damaged, refusedPicture } from './picture-refusal';
import { decodeWhole, type Picture } from './pictures';

/** An upload as it is stored: the picture alone, upright. */
export interface PreparedUpload extends Picture {
  readonly bytes: Buffer;
}

/** The first looks like the original; the others are for files that would be too large. */
const JPEG_QUALITIES = [95, 88, 75] as const;
const WEBP_QUALITIES = [95, 80] as const;

/**
 * Prepares an upload for storage: removes its metadata (place, camera, times, texts) and keeps its pixels as they are. Only rotated
 * pictures, AVIF and CMYK, which some trainers cannot read, are encoded again: PNG as PNG, transparent pictures as WebP, all
 * others as JPEG. Decodes the whole picture, and therefore runs in a process of its own (src/media/picture-desk.ts). Throws
 * `invalid_request` with a `reason` for a file that is not accepted.
 */
export async function prepareUpload(bytes: Buffer): Promise<PreparedUpload> {
  const inspected = inspectUpload(bytes);
  const stripped = strip(inspected, bytes);
  try {
    const { autoOrient, orientation = 1, space, hasAlpha } = await open(bytes).metadata();
    const { width, height } = autoOrient;
    if (inspected.format !== 'AVIF' && orientation === 1 && space !== 'cmyk') {
      await decodeWhole(stripped);
      return { contentType: CONTENT_TYPES[inspected.format], width, height, bytes: stripped };
    }
    const upright = open(bytes).autoOrient().toColourspace('srgb');
    return { width, height, ...(await encode(upright, inspected, hasAlpha)) };
  } catch (error) {
    throw error instanceof DomainError ? error : damaged();
  }
}

const CONTENT_TYPES = { PNG: 'image/png', JPEG: 'image/jpeg', WebP: 'image/webp' } as const;

function strip({ format }: InspectedUpload, bytes: Buffer): Buffer {
  try {
    if (format === 'PNG') return stripPng(bytes);
    if (format === 'JPEG') return stripJpeg(bytes);
    return format === 'WebP' ? stripWebp(bytes) : bytes;
  } catch (error) {
    throw error instanceof RangeError ? damaged() : error;
  }
}

function open(bytes: Buffer): Sharp {
  return sharp(bytes, { limitInputPixels: PICTURE_PIXELS_MAX, failOn: 'error' });
}

/** Encodes the pixels and the colour profile, and nothing else of the original. */
async function encode(
  picture: Sharp,
  { format }: InspectedUpload,
  hasAlpha: boolean,
): Promise<Pick<PreparedUpload, 'bytes' | 'contentType'>> {
  const kept = picture.keepIccProfile();
  if (format === 'PNG') return within(() => kept.png(), [6], 'image/png');
  if (hasAlpha) return within((quality) => kept.webp({ quality, effort: 1 }), WEBP_QUALITIES, 'image/webp');
  const jpeg = (quality: number) => kept.jpeg({ quality, chromaSubsampling: '4:4:4' });
  return within(jpeg, JPEG_QUALITIES, 'image/jpeg');
}

/** Encodes at the best quality whose file is not too large. */
async function within(
  encodeAt: (quality: number) => Sharp,
  qualities: readonly number[],
  contentType: Picture['contentType'],
): Promise<Pick<PreparedUpload, 'bytes' | 'contentType'>> {
  for (const quality of qualities) {
    const bytes = await encodeAt(quality).toBuffer();
    if (bytes.length <= UPLOAD_BYTES_MAX) return { bytes, contentType };
  }
  throw refusedPicture('too_costly', 'Turned upright, the picture would be too large.');
}
