import { damaged, truncated } from '../picture-refusal';
import type { PictureHeader } from './picture-header';

interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/** Versions and flags that some boxes begin with. */
const FULL_BOX_BYTES = 4;

/** The largest of the pictures that the file is made of (tiles, masks and thumbnails have sizes of their own). */
export function readAvifHeader(bytes: Buffer): PictureHeader {
  const sizes = boxesOf(bytes)
    .filter(({ type }) => type === 'meta')
    .flatMap(({ content }) => boxesOf(content.subarray(FULL_BOX_BYTES)))
    .filter(({ type }) => type === 'iprp')
    .flatMap(({ content }) => boxesOf(content))
    .filter(({ type }) => type === 'ipco')
    .flatMap(({ content }) => boxesOf(content))
    .filter(({ type, content }) => type === 'ispe' && content.length >= 12)
    .map(({ content }) => ({ width: content.readUInt32BE(4), height: content.readUInt32BE(8) }));
  if (sizes.length === 0) throw damaged();
  const largest = sizes.reduce((one, other) =>
    other.width * other.height > one.width * one.height ? other : one,
  );
  return { ...largest, isAnimated: bytes.toString('latin1', 8, 12) === 'avis', isCostly: true };
}

function boxesOf(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    // 0: to the end of the file. What is longer than four bytes can say is longer than an upload.
    const end = length === 0 ? bytes.length : at + length;
    if (length !== 0 && length < 8) throw damaged();
    if (end > bytes.length) throw truncated();
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), content: bytes.subarray(at + 8, end) });
    at = end;
  }
  return boxes;
}
