import { damaged, truncated } from '../picture-refusal';
import type { PictureHeader } from './picture-header';

const RIFF_HEAD_BYTES = 12;
const FLAG_ANIMATED = 0x02;
const FLAG_XMP = 0x04;
const FLAG_EXIF = 0x08;

const KEPT = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP']);

interface Chunk {
  readonly type: string;
  /** With its type and length, and the byte that makes it even. */
  readonly whole: Buffer;
}

export function readWebpHeader(bytes: Buffer): PictureHeader {
  for (const { type, whole } of chunksOf(bytes)) {
    const size = sizeOf(type, whole);
    if (size === undefined) continue;
    const isAnimated = type === 'VP8X' && ((whole[8] ?? 0) & FLAG_ANIMATED) !== 0;
    return { ...size, isAnimated, isCostly: false };
  }
  throw damaged();
}

/** The same picture to the byte, without EXIF, XMP and whatever else lies beside it or follows its end. */
export function stripWebp(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (const { type, whole } of chunksOf(bytes)) {
    if (!KEPT.has(type)) continue;
    parts.push(type === 'VP8X' ? withoutFlags(whole, FLAG_EXIF | FLAG_XMP) : whole);
  }
  const body = Buffer.concat(parts);
  const head = Buffer.from(bytes.subarray(0, RIFF_HEAD_BYTES));
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
}

function sizeOf(type: string, whole: Buffer): { width: number; height: number } | undefined {
  if (type === 'VP8X' && whole.length >= 18)
    return { width: whole.readUIntLE(12, 3) + 1, height: whole.readUIntLE(15, 3) + 1 };
  if (type === 'VP8 ' && whole.length >= 18)
    return { width: whole.readUInt16LE(14) & 0x3fff, height: whole.readUInt16LE(16) & 0x3fff };
  if (type !== 'VP8L' || whole.length < 13) return undefined;
  const packed = whole.readUInt32LE(9);
  return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
}

function withoutFlags(vp8x: Buffer, flags: number): Buffer {
  const copy = Buffer.from(vp8x);
  copy[8] = (copy[8] ?? 0) & ~flags;
  return copy;
}

function* chunksOf(bytes: Buffer): Generator<Chunk> {
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) throw truncated();
  for (let at = RIFF_HEAD_BYTES; at + 8 <= end;) {
    const length = bytes.readUInt32LE(at + 4);
    const next = at + 8 + length + (length % 2);
    if (next > end) throw truncated();
    yield { type: bytes.toString('latin1', at, at + 4), whole: bytes.subarray(at, next) };
    at = next;
  }
}
