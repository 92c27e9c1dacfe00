import sharp from 'sharp';
import { inspectUpload } from '../../src/media/inspect-upload';
import {
  COSTLY_PIXELS_MAX,
  PICTURE_PIXELS_MAX,
  PICTURE_RATIO_MAX,
  UPLOAD_RULES,
} from '../../src/media/picture-limits';
import { prepareUpload } from '../../src/media/prepare-upload';
import { bomb, CAMERA, fileOfBrand, fromCamera, picture, pngChunk, withChunks, withSegments } from './files';

const FORMATS = ['png', 'jpeg', 'webp'] as const;

describe('an upload that is taken', () => {
  it.each(FORMATS)('as %s keeps its bytes when there is nothing but a picture in them', async (format) => {
    const bytes = await picture(120, 80).toFormat(format).toBuffer();
    const stored = await prepareUpload(bytes);
    expect(stored).toMatchObject({ contentType: `image/${format}`, width: 120, height: 80 });
    expect(stored.bytes.equals(bytes)).toBe(true);
  });

  it.each(FORMATS)('as %s loses place and camera, and not a pixel', async (format) => {
    const plain = await picture(120, 80).toFormat(format).toBuffer();
    const taken = await fromCamera(picture(120, 80)).toFormat(format).toBuffer();
    expect(taken.includes(CAMERA)).toBe(true);
    const { bytes } = await prepareUpload(taken);
    await expectNothingBeside(bytes);
    expect((await pixelsOf(bytes)).equals(await pixelsOf(plain))).toBe(true);
  });

  it.each([
    ['png', 'image/png'],
    ['jpeg', 'image/jpeg'],
    ['webp', 'image/jpeg'],
    ['avif', 'image/jpeg'],
  ] as const)('as %s is turned upright when it was taken turned', async (format, contentType) => {
    // Red above, blue below; the camera says that the right side of what it wrote is the top.
    const upright = await sharp({ create: { width: 80, height: 120, channels: 3, background: '#0000ff' } })
      .composite([
        { input: { create: { width: 80, height: 60, channels: 3, background: '#ff0000' } }, top: 0, left: 0 },
      ])
      .removeAlpha()
      .png()
      .toBuffer();
    const lying = sharp(await sharp(upright).rotate(270).png().toBuffer());
    const stored = await prepareUpload(await fromCamera(lying, 6).toFormat(format).toBuffer());
    expect(stored).toMatchObject({ contentType, width: 80, height: 120 });
    await expectNothingBeside(stored.bytes);
    const { data } = await sharp(stored.bytes)
      .removeAlpha()
      .resize(1, 2, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data].map((value) => value > 128)).toEqual([true, false, false, false, false, true]);
  });

  it.each(FORMATS)('as %s keeps its colour profile, turned or not', async (format) => {
    for (const orientation of [1, 8]) {
      const bytes = await picture(120, 80)
        .withMetadata({ icc: 'p3', orientation })
        .toFormat(format)
        .toBuffer();
      const stored = await prepareUpload(bytes);
      const { icc } = await sharp(stored.bytes).metadata();
      expect(icc?.includes(Buffer.from('sP3C'))).toBe((await sharp(bytes).metadata()).icc?.includes('sP3C'));
      expect(icc).toBeDefined();
    }
  });

  it('is stored in a format that every trainer reads', async () => {
    const avif = await fromCamera(picture(120, 80)).avif().toBuffer();
    const transparent = await picture(120, 80, 4).avif().toBuffer();
    const cmyk = await picture(120, 80).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    for (const [bytes, contentType] of [
      [avif, 'image/jpeg'],
      [transparent, 'image/webp'],
      [cmyk, 'image/jpeg'],
    ] as const) {
      const stored = await prepareUpload(bytes);
      expect(stored).toMatchObject({ contentType, width: 120, height: 80 });
      expect((await sharp(stored.bytes).metadata()).space).toBe('srgb');
      await expectNothingBeside(stored.bytes);
    }
  });

  it.each([
    ['the least size', () => picture(64, 64).png()],
    ['ten times as long as wide', () => picture(64 * PICTURE_RATIO_MAX, 64).png()],
    ['progressive', () => picture(120, 80).jpeg({ progressive: true })],
    ['interlaced', () => picture(120, 80).png({ progressive: true })],
    ['16 bits a channel', () => picture(120, 80).toColourspace('rgb16').png()],
    ['a palette', () => picture(120, 80).png({ palette: true })],
    ['grey', () => picture(120, 80).grayscale().jpeg()],
    ['without loss', () => picture(120, 80).webp({ lossless: true })],
    ['transparent', () => picture(120, 80, 4).webp()],
  ])('may be of any honest kind: %s', async (_what, image) => {
    const bytes = await image().toBuffer();
    expect((await prepareUpload(bytes)).bytes.equals(bytes)).toBe(true);
  });

  it('is the picture alone: texts, comments, thumbnails and what follows its end are not stored', async () => {
    const plainPng = await picture(120, 80).png().toBuffer();
    const plainJpeg = await picture(120, 80).jpeg().toBuffer();
    const plainWebp = await picture(120, 80).webp().toBuffer();
    const secret = Buffer.from(`Comment\0${CAMERA}`);
    const thumbnail = Buffer.concat([Buffer.from('JFXX\0\x10'), plainJpeg]);
    const cases: readonly (readonly [Buffer, Buffer])[] = [
      [
        withChunks(
          plainPng,
          ['tEXt', 'zzZz', 'tIME'].map((type) => pngChunk(type, secret)),
        ),
        plainPng,
      ],
      [Buffer.concat([plainPng, Buffer.from('<script>'), secret]), plainPng],
      [
        withSegments(plainJpeg, [
          [0xfe, secret],
          [0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0'), secret])],
          [0xe0, thumbnail],
          [0xe2, Buffer.concat([Buffer.from('MPF\0'), secret])],
        ]),
        plainJpeg,
      ],
      [Buffer.concat([plainJpeg, plainJpeg, secret]), plainJpeg],
      [Buffer.concat([plainWebp, secret]), plainWebp],
    ];
    for (const [sent, plain] of cases) expect((await prepareUpload(sent)).bytes.equals(plain)).toBe(true);
  });
});

describe('an upload that is not taken', () => {
  it.each([
    ['empty', 'empty', () => Buffer.alloc(0)],
    ['text', 'not_a_picture', () => Buffer.from('no picture')],
    ['a web page', 'not_a_picture', () => Buffer.from('<!doctype html><p>hello')],
    ['SVG', 'unsupported_format', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['SVG', 'unsupported_format', () => Buffer.from('<?xml version="1.0"?>\n<!-- a -->\n<svg width="9">')],
    ['GIF', 'unsupported_format', () => picture(100, 100).gif().toBuffer()],
    ['TIFF', 'unsupported_format', () => picture(100, 100).tiff().toBuffer()],
    ['BMP', 'unsupported_format', () => Buffer.from('BM\x36\0\0\0\0\0', 'latin1')],
    ['PDF', 'unsupported_format', () => Buffer.from('%PDF-1.7')],
    ['JPEG XL', 'unsupported_format', () => Buffer.from('ff0afa1f', 'hex')],
    ['HEIC', 'unsupported_format', () => fileOfBrand('heic', 'mif1', 'heic')],
    ['HEIC', 'unsupported_format', () => fileOfBrand('mif1', 'mif1', 'heic')],
    ['HEIC', 'unsupported_format', () => fileOfBrand('heix')],
    ['a film', 'unsupported_format', () => fileOfBrand('qt  ')],
  ])('is named by what it is: %s', async (name, reason, file) => {
    const error = refusalOf(await file());
    expect(error).toMatchObject({ code: 'invalid_request', details: { field: 'file', reason } });
    expect(error.message).toContain(UPLOAD_RULES);
    if (reason === 'unsupported_format') expect(error.message).toMatch(new RegExp(`^The file is ${name}`));
  });

  it.each([
    ['too_small', () => picture(63, 200).png().toBuffer()],
    ['too_small', () => picture(1, 700).png().toBuffer()],
    ['too_narrow', () => picture(3_200, 64).png().toBuffer()],
    [
      'too_narrow',
      () =>
        picture(64, 64 * PICTURE_RATIO_MAX + 1)
          .png()
          .toBuffer(),
    ],
    ['too_many_pixels', () => bomb(16)],
    ['too_many_pixels', () => bomb(8, { side: 7_100 })],
    ['animated', animatedWebp],
    ['animated', animatedPng],
    ['animated', () => fileWithSize('avis', 100, 100)],
    ['too_many_pixels', () => fileWithSize('avif', 5_000, 1 + COSTLY_PIXELS_MAX / 5_000)],
    ['too_many_pixels', () => fileWithSize('mif1', 100_000, 100_000)],
  ])('is refused before anything is decoded: %s', async (reason, file) => {
    expect(refusalOf(await file())).toMatchObject({ code: 'invalid_request', details: { reason } });
  });

  it('is refused when it is cut off anywhere or damaged in its middle', async () => {
    for (const format of [...FORMATS, 'avif'] as const) {
      const whole = await picture(128, 128).toFormat(format).toBuffer();
      for (const left of [12, 40, whole.length >> 1, whole.length - 30, whole.length - 1])
        await expect(prepareUpload(whole.subarray(0, left))).rejects.toMatchObject({
          code: 'invalid_request',
        });
    }
    const damaged = await picture(128, 128).png().toBuffer();
    damaged.fill(0, damaged.length >> 1, (damaged.length >> 1) + 40);
    await expect(prepareUpload(damaged)).rejects.toMatchObject({ details: { reason: 'damaged' } });
  });

  it('never makes the reading of its header fail in another way, whatever it says', async () => {
    for (const format of [...FORMATS, 'avif'] as const) {
      const whole = await picture(70, 70).toFormat(format).toBuffer();
      for (let at = 0; at < Math.min(whole.length, 400); at += 1) {
        for (const value of [0x00, 0x7f, 0xff]) {
          const changed = Buffer.from(whole);
          changed[at] = value;
          const error = catchOf(() => inspectUpload(changed));
          if (error !== undefined) expect(error).toMatchObject({ code: 'invalid_request' });
        }
        const cut = catchOf(() => inspectUpload(whole.subarray(0, at)));
        if (cut !== undefined) expect(cut).toMatchObject({ code: 'invalid_request' });
      }
    }
  });

  it('has no more pixels than fit when it is of the largest size', () => {
    expect(inspectUpload(pngOfSize(5_000, PICTURE_PIXELS_MAX / 5_000, 8))).toMatchObject({ isCostly: false });
    expect(inspectUpload(pngOfSize(5_000, COSTLY_PIXELS_MAX / 5_000, 16))).toMatchObject({ isCostly: true });
    expect(refusalOf(pngOfSize(5_001, PICTURE_PIXELS_MAX / 5_000, 8)).message).toMatch(
      /^The picture is too large: it has 5001 × 10000 pixels\. /,
    );
  });
});

async function expectNothingBeside(bytes: Buffer): Promise<void> {
  expect(bytes.includes(CAMERA)).toBe(false);
  const { exif, xmp, iptc, orientation } = await sharp(bytes).metadata();
  expect({ exif, xmp, iptc, orientation }).toEqual({});
}

function pixelsOf(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes).raw().toBuffer();
}

function refusalOf(bytes: Buffer): Error {
  const error = catchOf(() => inspectUpload(bytes));
  if (error === undefined) throw new Error('it was taken');
  return error;
}

function catchOf(work: () => unknown): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

async function animatedWebp(): Promise<Buffer> {
  const frames = [picture(100, 80), picture(100, 80).negate()].map((frame) => frame.png().toBuffer());
  return sharp(await Promise.all(frames), { join: { animated: true } })
    .webp()
    .toBuffer();
}

async function animatedPng(): Promise<Buffer> {
  return withChunks(await picture(100, 80).png().toBuffer(), [pngChunk('acTL', Buffer.alloc(8, 1))]);
}

/** What says that it is a PNG of a size, up to where its pixels would begin. */
function pngOfSize(width: number, height: number, depth: 8 | 16): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, 2, 0, 0, 0], 8);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, pngChunk('IHDR', header), pngChunk('IDAT', Buffer.alloc(9))]);
}

/** What says that it is an AVIF of a size, with a thumbnail beside it. */
function fileWithSize(brand: string, width: number, height: number): Buffer {
  const box = (type: string, ...content: readonly Buffer[]): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), ...content]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length + 4);
    return Buffer.concat([length, body]);
  };
  const size = (...sides: readonly number[]): Buffer => {
    const content = Buffer.alloc(12);
    sides.forEach((side, index) => content.writeUInt32BE(side, 4 + 4 * index));
    return box('ispe', content);
  };
  return Buffer.concat([
    box('ftyp', Buffer.from(`${brand}\0\0\0\0avifmif1`, 'latin1')),
    box('meta', Buffer.alloc(4), box('iprp', box('ipco', size(160, 120), size(width, height)))),
  ]);
}
