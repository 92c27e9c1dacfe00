import sharp from 'sharp';

/** A picture with something on it: noise that is the same every time. */
export function picture(width: number, height: number, channels: 3 | 4 = 3): sharp.Sharp {
  const length = width * height * channels;
  const pixels = Buffer.from(Array.from({ length }, (_, index) => (index * 37) % 251));
  return sharp(pixels, { raw: { width, height, channels } });
}

/** What a camera writes beside a picture, with a word that is looked for. */
export const CAMERA = 'ACME-9000';
export const PLACE = '52/1 30/1 12/1';

/** The picture as a camera would have written it: with its place, its maker and how it was held. */
export function fromCamera(image: sharp.Sharp, orientation?: number): sharp.Sharp {
  const written = image
    .withExif({
      IFD0: { Make: CAMERA, Artist: CAMERA },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: PLACE, GPSLongitudeRef: 'E', GPSLongitude: PLACE },
    })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>${CAMERA}</a></x:xmpmeta>`);
  return orientation === undefined ? written : written.withMetadata({ orientation });
}

/** A PNG chunk; its checksum is right. */
export function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A PNG with further chunks after its header. */
export function withChunks(png: Buffer, chunks: readonly Buffer[]): Buffer {
  const headerEnd = 8 + 25;
  return Buffer.concat([png.subarray(0, headerEnd), ...chunks, png.subarray(headerEnd)]);
}

/** A JPEG with further segments after its start. */
export function withSegments(jpeg: Buffer, segments: readonly (readonly [number, Buffer])[]): Buffer {
  const written = segments.map(([marker, content]) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([head, content]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...written, jpeg.subarray(2)]);
}

/** Seven thousand pixels a side in a few hundred kilobytes. */
export function bomb(
  bits: 8 | 16,
  { side = 7_000, interlaced = false }: { readonly side?: number; readonly interlaced?: boolean } = {},
): Promise<Buffer> {
  const flat = sharp({ create: { width: side, height: side, channels: 3, background: '#000000' } });
  return (bits === 16 ? flat.toColourspace('rgb16') : flat)
    .png({ compressionLevel: 6, progressive: interlaced })
    .toBuffer();
}

/** A file of the family of HEIC, AVIF and films, which has nothing but its beginning. */
export function fileOfBrand(major: string, ...compatible: readonly string[]): Buffer {
  const brands = Buffer.from(`ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(brands.length + 4);
  return Buffer.concat([length, brands, Buffer.alloc(200)]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
