import type { PictureType } from './pictures';

const EXTENSIONS: Readonly<Record<PictureType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/** Where a generated image is stored, as its provider made it. */
export function imageKey(imageId: string, contentType: PictureType): string {
  return `images/${imageId}/clean.${EXTENSIONS[contentType]}`;
}

/** Every place where it may be, whatever it was made as. */
export function possibleImageKeys(imageId: string): readonly string[] {
  return Object.keys(EXTENSIONS).map((type) => imageKey(imageId, type as PictureType));
}
