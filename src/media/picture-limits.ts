/*
 * What an upload may be: the one place for these numbers. The OpenAPI document, the documentation of the operation and each
 * refusal say them in the words of `UPLOAD_RULES`.
 */

/** What an upload may weigh, as sent and as stored; the API stops reading there. */
export const UPLOAD_BYTES_MAX = 20_000_000;
/** Of what a style is learned from: a side below this shows none. What is generated may be of any size. */
export const PICTURE_SIDE_MIN = 64;
/** About what a good camera makes. A few kilobytes can unpack to far more, so it is asked before anything is decoded. */
export const PICTURE_PIXELS_MAX = 50_000_000;
/** Pixels of 16 bits a channel, and those of AVIF, take twice the memory and more; no honest file of that size needs them. */
export const COSTLY_PIXELS_MAX = PICTURE_PIXELS_MAX / 2;
/**
 * How many times as long as wide a picture may be. Trainers shrink pictures to their longer side: at 10 the studio's 128 pixels
 * leave 13 to learn from, at 50 three, of which the rim is not looked at. A panorama of a phone has 4 to 5.
 */
export const PICTURE_RATIO_MAX = 10;

const count = (value: number): string => value.toLocaleString('en-US');

export const UPLOAD_RULES = `Uploads are still pictures in PNG, JPEG, WebP or AVIF, of at most ${count(UPLOAD_BYTES_MAX)} bytes and ${count(PICTURE_PIXELS_MAX)} pixels (${count(COSTLY_PIXELS_MAX)} in AVIF or with 16 bits a channel), of at least ${PICTURE_SIDE_MIN} pixels a side, and at most ${PICTURE_RATIO_MAX} times as long as wide.`;

/** Whether a picture is too long and narrow to learn a style from. */
export function isTooNarrow({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return Math.max(width, height) > PICTURE_RATIO_MAX * Math.min(width, height);
}
