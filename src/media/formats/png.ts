import { damaged, truncated } from '../picture-refusal';
import type { PictureHeader } from './picture-header';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const FRAME_BYTES = 12;

/** What a picture needs to look as it does; all else (texts, EXIF, times, what programs add of their own) is left out. */
const KEPT = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'bKGD',
  'pHYs',
  'cHRM',
  'gAMA',
  'iCCP',
  'sBIT',
  'sRGB',
  'cICP',
  'mDCV',
  'cLLI',
]);

interface Chunk {
  readonly type: string;
  /** With its length, type and checksum. */
  readonly whole: Buffer;
}

export function readPngHeader(bytes: Buffer): PictureHeader {
  let header: PictureHeader | undefined;
  for (const { type, whole } of chunksOf(bytes)) {
    if (type === 'IHDR' && whole.length >= 25) {
      const [width, height, depth] = [whole.readUInt32BE(8), whole.readUInt32BE(12), whole[16]];
      header = { width, height, isAnimated: false, isCostly: depth === 16 };
    }
    if (header === undefined) throw damaged();
    // An animated one says so before its first pixel.
    if (type === 'acTL') return { ...header, isAnimated: true };
    if (type === 'IDAT') return header;
  }
  throw truncated();
}

/** The same picture to the byte, without what it carries besides, and without what follows its end. */
export function stripPng(bytes: Buffer): Buffer {
  const parts = [bytes.subarray(0, SIGNATURE_BYTES)];
  for (const { type, whole } of chunksOf(bytes)) {
    if (KEPT.has(type)) parts.push(whole);
    if (type === 'IEND') return Buffer.concat(parts);
  }
  throw truncated();
}

function* chunksOf(bytes: Buffer): Generator<Chunk> {
  for (let at = SIGNATURE_BYTES; at < bytes.length;) {
    if (at + FRAME_BYTES > bytes.length) throw truncated();
    const end = at + FRAME_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) throw truncated();
    yield { type: bytes.toString('latin1', at + 4, at + 8), whole: bytes.subarray(at, end) };
    at = end;
  }
}
