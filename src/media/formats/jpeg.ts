import { damaged, truncated } from '../picture-refusal';
import type { PictureHeader } from './picture-header';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** The JFIF header without its thumbnail. */
const JFIF_BYTES = 18;

interface Segment {
  readonly marker: number;
  /** From the marker's 0xFF on; of a scan with the pixels that follow. */
  readonly whole: Buffer;
}

export function readJpegHeader(bytes: Buffer): PictureHeader {
  for (const { marker, whole } of segmentsOf(bytes)) {
    if (marker === SOS || marker === EOI) break;
    if (!isFrame(marker) || whole.length < 10) continue;
    const [height, width] = [whole.readUInt16BE(5), whole.readUInt16BE(7)];
    return { width, height, isAnimated: false, isCostly: (whole[4] ?? 8) > 8 };
  }
  throw damaged();
}

/**
 * The same picture to the byte, without what a camera and others have written beside it: EXIF, XMP, IPTC, comments, thumbnails,
 * further pictures and films after its end. The colour profile stays.
 */
export function stripJpeg(bytes: Buffer): Buffer {
  const parts = [bytes.subarray(0, 2)];
  for (const { marker, whole } of segmentsOf(bytes)) {
    if (isNeeded(marker, whole)) parts.push(whole);
    if (marker === EOI) return Buffer.concat(parts);
  }
  throw truncated();
}

function isNeeded(marker: number, whole: Buffer): boolean {
  const isNamed = (name: string): boolean => whole.toString('latin1', 4, 4 + name.length) === name;
  // A JFIF header with a thumbnail goes: what it says besides, decoders take for granted.
  if (marker === 0xe0) return isNamed('JFIF\0') && whole.length === JFIF_BYTES;
  if (marker === 0xe2) return isNamed('ICC_PROFILE\0');
  // How the colours are stored: without it CMYK and RGB are read wrongly.
  if (marker === 0xee) return isNamed('Adobe');
  const isComment = marker === 0xfe;
  const isOfPrograms = marker >= 0xe0 && marker <= 0xef;
  return !isComment && !isOfPrograms;
}

/** Start of frame, of whatever kind: what else lies in that range are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** After the start of the image; ends with its end, or with the bytes. */
function* segmentsOf(bytes: Buffer): Generator<Segment> {
  for (let at = 2; ;) {
    const start = markerFrom(bytes, at);
    if (start === undefined) return;
    const marker = bytes[start + 1] ?? EOI;
    const isAlone = marker === EOI || marker === SOI || marker === 0x01;
    if (!isAlone && start + 4 > bytes.length) throw truncated();
    const headEnd = start + 2 + (isAlone ? 0 : Math.max(2, bytes.readUInt16BE(start + 2)));
    const end = marker === SOS ? (markerFrom(bytes, headEnd) ?? bytes.length) : headEnd;
    if (end > bytes.length) throw truncated();
    yield { marker, whole: bytes.subarray(start, end) };
    if (marker === EOI) return;
    at = end;
  }
}

/** Where the next marker begins; 0xFF 0x00 and the restart markers are part of the pixels. */
function markerFrom(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1];
    if (marker === undefined) return undefined;
    const isRestart = marker >= 0xd0 && marker <= 0xd7;
    if (marker !== 0x00 && marker !== 0xff && !isRestart) return at;
  }
  return undefined;
}
