/*
 * The limits of uploads, all in this place. The OpenAPI document and each refusal state them in the words of `UPLOAD_RULES`.
 */

/** The largest file, as sent and as stored; the API stops reading there. */
export const UPLOAD_BYTES_MAX = 20_000_000;
/** The shortest side of a picture to learn a style from. Generated pictures may be of any size. */
export const PICTURE_SIDE_MIN = 64;
/** About the size of a good camera's pictures. A few kilobytes can unpack to far more, so this is checked before decoding. */
export const PICTURE_PIXELS_MAX = 50_000_000;
/** Pixels of 16 bits a channel, and those of AVIF, take twice the memory and more; no honest file of that size needs them. */
export const COSTLY_PIXELS_MAX = PICTURE_PIXELS_MAX / 2;
/**
 * How many times as long as wide a picture may be. Trainers scale pictures by their longer side: at 10 the studio's 128 pixels
 * leave 13 rows to learn from, at 50 only three, of which the outer ones are ignored. A phone's panorama has 4 to 5.
 */
export const PICTURE_RATIO_MAX = 10;

const count = (value: number): string => value.toLocaleString('en-US');

export const UPLOAD_RULES = `Uploads are still pictures in PNG, JPEG, WebP or AVIF, of at most ${count(UPLOAD_BYTES_MAX)} bytes and ${count(PICTURE_PIXELS_MAX)} pixels (${count(COSTLY_PIXELS_MAX)} in AVIF or with 16 bits a channel), of at least ${PICTURE_SIDE_MIN} pixels a side, and at most ${PICTURE_RATIO_MAX} times as long as wide.`;

/** Whether a picture is too long and narrow to learn a style from. */
export function isTooNarrow({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return Math.max(width, height) > PICTURE_RATIO_MAX * Math.min(width, height);
}
