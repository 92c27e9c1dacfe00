import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { instantOf } from '../../src/domain/instants';
import type { ObjectStore } from '../../src/media/object-store';
import { createObjectStore } from '../../src/media/object-store-from-url';
import { PICTURE_SIDE_MIN } from '../../src/media/picture-limits';
import { readPicture } from '../../src/media/pictures';
import { signUploadPath, verifyUploadSignature } from '../../src/media/signed-url';
import { watermark } from '../../src/media/watermark';

/** A picture with something on it: noise that is the same every time. */
function picture(width: number, height: number): sharp.Sharp {
  const pixels = Buffer.from(Array.from({ length: width * height * 3 }, (_, index) => (index * 37) % 251));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

describe('the file store', () => {
  let directory: string;
  let store: ObjectStore;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'scrip-media-'));
    store = createObjectStore(pathToFileURL(join(directory, 'objects')).href);
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('keeps what was put first under a key, also when many put it at once', async () => {
    await store.put('images/img_1/clean.png', Buffer.from('first'), 'image/png');
    await store.put('images/img_1/clean.png', Buffer.from('second'), 'image/png');
    expect((await store.get('images/img_1/clean.png')).toString()).toBe('first');

    const same = Buffer.alloc(200_000, 7);
    await Promise.all(Array.from({ length: 8 }, () => store.put('images/img_2/a.png', same, 'image/png')));
    expect((await store.get('images/img_2/a.png')).equals(same)).toBe(true);
    expect(await readdir(join(directory, 'objects/images/img_2'))).toEqual(['a.png']);
  });

  it('takes away an object and what a put that was cut off has left of it, and no other', async () => {
    for (const key of ['uploads/upl_1', 'uploads/upl_10'])
      await store.put(key, Buffer.from('pixels'), 'image/png');
    const folder = join(directory, 'objects/uploads');
    await writeFile(join(folder, 'upl_1.0c0ffee0.tmp'), 'half');
    await store.remove('uploads/upl_1');
    await store.remove('uploads/upl_1');
    await store.remove('nothing/here');
    expect(await readdir(folder)).toEqual(['upl_10']);
  });

  it('says when there is nothing under a key', async () => {
    await expect(store.get('images/img_9/clean.png')).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    '../secret',
    'images/../../secret',
    '/etc/passwd',
    'images//a',
    'images/.hidden',
    'images\\..\\a',
    'images/a\0b',
    'images/a b',
    '',
    `images/${'a'.repeat(129)}`,
    'images/é',
  ])('refuses the key %j, which could lie elsewhere or hide', async (key) => {
    await writeFile(join(directory, 'secret'), 'secret');
    await expect(store.get(key)).rejects.toThrow('Not an object key');
    await expect(store.put(key, Buffer.from('x'), 'image/png')).rejects.toThrow('Not an object key');
  });

  it('is chosen by its URL, and other kinds are refused', () => {
    expect(() => createObjectStore('ftp://host/objects')).toThrow('ftp:');
    expect(() => createObjectStore('s3://bucket/prefix', {})).toThrow('AWS_ACCESS_KEY_ID');
  });
});

describe('an upload', () => {
  it('is read as the picture that it is', async () => {
    const of = async (image: sharp.Sharp) => readPicture(await image.toBuffer());
    expect(await of(picture(80, 64).png())).toEqual({ contentType: 'image/png', width: 80, height: 64 });
    expect(await of(picture(80, 64).jpeg())).toEqual({ contentType: 'image/jpeg', width: 80, height: 64 });
    expect(await of(picture(80, 64).webp())).toEqual({ contentType: 'image/webp', width: 80, height: 64 });
    const turned = picture(80, 64).jpeg().withMetadata({ orientation: 6 });
    expect(await of(turned)).toEqual({ contentType: 'image/jpeg', width: 64, height: 80 });
  });

  it('must have the size that is asked for, and is else taken in any size', async () => {
    const small = await picture(63, 200).png().toBuffer();
    expect(await readPicture(small, PICTURE_SIDE_MIN)).toBeUndefined();
    expect(await readPicture(small)).toMatchObject({ width: 63, height: 200 });
    expect(await readPicture(await picture(1, 1).png().toBuffer())).toMatchObject({ width: 1, height: 1 });
  });

  it('is none when it is cut off, damaged, of another kind or no picture at all', async () => {
    const whole = await picture(128, 128).png().toBuffer();
    const jpeg = await picture(128, 128).jpeg().toBuffer();
    const damaged = Buffer.from(whole);
    damaged.fill(0, damaged.length >> 1, (damaged.length >> 1) + 40);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>');
    const none: readonly Buffer[] = [
      whole.subarray(0, whole.length - 200),
      jpeg.subarray(0, jpeg.length >> 1),
      damaged,
      whole.subarray(0, 8),
      svg,
      await picture(100, 100).gif().toBuffer(),
      await picture(100, 100).tiff().toBuffer(),
      Buffer.from('no picture'),
      Buffer.alloc(0),
    ];
    for (const bytes of none) expect(await readPicture(bytes)).toBeUndefined();
  });

  it('is none when a few bytes would unpack to more than memory should hold', async () => {
    const huge = await sharp({
      create: { width: 9000, height: 9000, channels: 3, background: '#000000' },
    })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(huge.length).toBeLessThan(1_000_000);
    expect(await readPicture(huge)).toBeUndefined();
  });
});

describe('the watermark', () => {
  const differences = async (x: Buffer, y: Buffer): Promise<number> => {
    const [a, b] = await Promise.all([x, y].map((bytes) => sharp(bytes).removeAlpha().raw().toBuffer()));
    return a!.filter((value, index) => Math.abs(value - b![index]!) > 12).length / a!.length;
  };

  it.each(['#ffffff', '#000000', '#808080'])('shows on a ground of %s, everywhere on it', async (ground) => {
    const plain = await sharp({ create: { width: 256, height: 256, channels: 3, background: ground } })
      .png()
      .toBuffer();
    const marked = await watermark(plain);
    expect(await sharp(marked).metadata()).toMatchObject({ format: 'png', width: 256, height: 256 });
    for (const [left, top] of [
      [0, 0],
      [128, 0],
      [0, 128],
      [128, 128],
    ] as const) {
      const quarter = (bytes: Buffer) =>
        sharp(bytes).extract({ left, top, width: 128, height: 128 }).png().toBuffer();
      expect(await differences(await quarter(plain), await quarter(marked))).toBeGreaterThan(0.03);
    }
  });

  it('is the same to the byte each time, and leaves the picture recognisable', async () => {
    const plain = await picture(200, 120).png().toBuffer();
    const marked = await watermark(plain);
    expect((await watermark(plain)).equals(marked)).toBe(true);
    expect(await differences(plain, marked)).toBeLessThan(0.6);
  });

  it('is laid over pictures of any kind that is uploaded, upright', async () => {
    const turned = await picture(80, 64).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await sharp(await watermark(turned)).metadata()).toMatchObject({ width: 64, height: 80 });
    const clear = await sharp({
      create: { width: 90, height: 70, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .webp()
      .toBuffer();
    expect(await sharp(await watermark(clear)).metadata()).toMatchObject({ width: 90, height: 70 });
  });
});

describe('a signed path', () => {
  const EXPIRES = Date.UTC(2026, 0, 31, 12);
  const path = new URL(signUploadPath('secret', 'upl_1', instantOf(EXPIRES)), 'http://x');
  const given = {
    secret: 'secret',
    uploadId: 'upl_1',
    expires: path.searchParams.get('expires'),
    signature: path.searchParams.get('signature'),
    now: instantOf(EXPIRES - 1),
  };

  it('opens its upload until it expires', () => {
    expect(path.pathname).toBe('/v1/uploads/upl_1/file');
    expect(verifyUploadSignature(given)).toBe(true);
    expect(verifyUploadSignature({ ...given, now: instantOf(EXPIRES) })).toBe(false);
  });

  it.each([
    ['another upload', { uploadId: 'upl_2' }],
    ['a later expiry', { expires: String(EXPIRES / 1000 + 1) }],
    ['another secret', { secret: 'other' }],
    ['half a signature', { signature: given.signature?.slice(0, 20) }],
    ['several signatures', { signature: [given.signature] }],
    ['no expiry', { expires: undefined }],
    ['an expiry that is none', { expires: 'Infinity' }],
  ])('opens nothing with %s', (_what, change) => {
    expect(verifyUploadSignature({ ...given, ...change })).toBe(false);
  });
});
