import { readAvifHeader } from './formats/avif';
import { readJpegHeader } from './formats/jpeg';
import { nameFormat, type UploadFormat } from './formats/name-format';
import type { PictureHeader } from './formats/picture-header';
import { readPngHeader } from './formats/png';
import { readWebpHeader } from './formats/webp';
import { COSTLY_PIXELS_MAX, isTooNarrow, PICTURE_PIXELS_MAX, PICTURE_SIDE_MIN } from './picture-limits';
import { damaged, refusedPicture } from './picture-refusal';

export interface InspectedUpload extends PictureHeader {
  readonly format: UploadFormat;
}

const READ_HEADER: Readonly<Record<UploadFormat, (bytes: Buffer) => PictureHeader>> = {
  PNG: readPngHeader,
  JPEG: readJpegHeader,
  WebP: readWebpHeader,
  AVIF: readAvifHeader,
};

/**
 * Reads an upload's format and size from its header; nothing is decoded. Only the decoders of these four formats ever see a
 * stranger's file. Throws `invalid_request` with a `reason` for a file that is not accepted.
 */
export function inspectUpload(bytes: Buffer): InspectedUpload {
  if (bytes.length === 0) throw refusedPicture('empty', 'The file is empty.');
  const named = nameFormat(bytes);
  if ('unknown' in named) throw refusedPicture('not_a_picture', 'The file is not a picture.');
  if ('other' in named) throw refusedPicture('unsupported_format', otherFormat(named.other));
  const header = headerOf(named.taken, bytes);
  assertFits(header);
  return { format: named.taken, ...header };
}

function headerOf(format: UploadFormat, bytes: Buffer): PictureHeader {
  try {
    return READ_HEADER[format](bytes);
  } catch (error) {
    // The header promises more bytes than the file has.
    throw error instanceof RangeError ? damaged() : error;
  }
}

/** Throws when a picture is animated, too small, too large or too narrow. */
function assertFits(header: PictureHeader): void {
  const { width, height, isAnimated, isCostly } = header;
  const size = `${width} × ${height} pixels`;
  if (width === 0 || height === 0) throw damaged();
  if (isAnimated) throw refusedPicture('animated', 'The picture is animated.');
  if (Math.min(width, height) < PICTURE_SIDE_MIN)
    throw refusedPicture('too_small', `The picture is too small: it has ${size}.`);
  if (width * height > (isCostly ? COSTLY_PIXELS_MAX : PICTURE_PIXELS_MAX))
    throw refusedPicture('too_many_pixels', `The picture is too large: it has ${size}.`);
  if (isTooNarrow(header))
    throw refusedPicture('too_narrow', `The picture is too long and narrow: it has ${size}.`);
}

function otherFormat(name: string): string {
  const advice =
    name === 'HEIC' ? ' Phones send a JPEG when they are set to the most compatible format.' : '';
  return `The file is ${name}, which is not accepted.${advice}`;
}
