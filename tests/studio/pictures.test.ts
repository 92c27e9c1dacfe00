import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { HOUSE_MODELS, HOUSE_STYLES } from '../../dev/studio/house-models';
import { render } from '../../dev/studio/render';
import { learnStyle } from '../../dev/studio/style/learn-style';
import { distance, hexOf, labOfHex, type Lab } from '../../dev/studio/style/oklab';
import { styleSchema, type Style } from '../../dev/studio/style/style';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';
import { PICTURE_RATIO_MAX, PICTURE_SIDE_MIN } from '../../src/media/picture-limits';
import { startTestStudio, type TestStudio } from './test-studio';

/** How different two styles look: how far each colour lies from the other's nearest, by the share that it covers. */
function styleDistance(x: Style, y: Style): number {
  const reach = (from: Style, to: Style): number =>
    from.palette.reduce(
      (sum, swatch) => sum + swatch.weight * Math.min(...to.palette.map((other) => distance(swatch, other))),
      0,
    ) / from.palette.reduce((sum, { weight }) => sum + weight, 0);
  return Math.max(reach(x, y), reach(y, x));
}

const PROMPTS = ['a harbour', 'a garden', 'mountains'];

async function paint(style: Style, version: string, seed: number): Promise<readonly Buffer[]> {
  return Promise.all(PROMPTS.map((prompt) => render(style, { version, prompt, seed, index: 0 })));
}

/** A picture of slanted bars on a ground, as PNG. */
function bars(ground: string, colors: readonly string[], turn: number): Promise<Buffer> {
  const shapes = colors.map(
    (color, index) =>
      `<rect x="${index * 50 - 40}" y="40" width="30" height="140" fill="${color}" transform="rotate(${turn} 110 110)"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="220" height="220"><rect width="220" height="220" fill="${ground}"/>${shapes.join('')}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

describe('pictures', () => {
  const houseStyles = HOUSE_MODELS.map(({ version }) => [version, HOUSE_STYLES.get(version)!] as const);

  it('are the same to the byte for the same seed, and others for another seed, index or prompt', async () => {
    const [version, style] = houseStyles[0]!;
    const of = { version, prompt: 'a harbour at dawn', seed: 7, index: 0 };
    const [picture, again, ...others] = await Promise.all(
      [of, of, { ...of, seed: 8 }, { ...of, index: 1 }, { ...of, prompt: 'a harbour at dusk' }].map((each) =>
        render(style, each),
      ),
    );
    expect(again).toEqual(picture);
    const hashes = [picture!, ...others].map((each) => createHash('sha256').update(each).digest('hex'));
    expect(new Set(hashes).size).toBe(4);
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'png', width: 512, height: 512 });
  });

  it('of one house style look alike, and of different ones clearly different', async () => {
    const seen = await Promise.all(
      houseStyles.map(async ([version, style]) => ({
        once: await learnStyle(await paint(style, version, 1)),
        again: await learnStyle(await paint(style, version, 2)),
      })),
    );
    for (const [index, { once, again }] of seen.entries()) {
      for (const other of seen.filter((_, position) => position !== index)) {
        const between = styleDistance(once, other.once);
        expect(between).toBeGreaterThan(0.04);
        expect(between).toBeGreaterThan(2 * styleDistance(once, again));
      }
    }
  });

  it('are painted in the style that was learned from the training pictures', async () => {
    const warm = [20, 35, 50].map((turn) =>
      bars('#f4e3c1', ['#c8442f', '#e08a2e', '#7a2f1d', '#d9b44a'], turn),
    );
    const cold = [95, 110, 80].map((turn) =>
      bars('#0c1830', ['#2f6fb0', '#8fc6e0', '#1b3b6f', '#59d0b0'], turn),
    );
    const [warmStyle, coldStyle] = [
      await learnStyle(await Promise.all(warm)),
      await learnStyle(await Promise.all(cold)),
    ];
    const [asWarm, asCold] = [
      await learnStyle(await paint(warmStyle, 'warm', 1)),
      await learnStyle(await paint(coldStyle, 'cold', 1)),
    ];
    expect(styleDistance(asWarm, asCold)).toBeGreaterThan(0.15);
    expect(styleDistance(asWarm, warmStyle)).toBeLessThan(0.5 * styleDistance(asWarm, coldStyle));
    expect(styleDistance(asCold, coldStyle)).toBeLessThan(0.5 * styleDistance(asCold, warmStyle));
  });

  it('can be learned from when they have one colour only, or are black and white', async () => {
    const of = (background: string) =>
      sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .jpeg()
        .toBuffer();
    const plain = await learnStyle([await of('#336699')]);
    expect(distance(plain.ground, labOfHex('#336699'))).toBeLessThan(0.02);
    const gray = await sharp(await bars('#000000', ['#ffffff'], 10))
      .toColourspace('b-w')
      .png()
      .toBuffer();
    for (const style of [plain, await learnStyle([gray])]) {
      expect(await sharp((await paint(style, 'odd', 1))[0]).metadata()).toMatchObject({ width: 512 });
    }
  });

  it('can be learned from when they are as long and narrow as an upload may be', async () => {
    const [width, height] = [PICTURE_SIDE_MIN * PICTURE_RATIO_MAX, PICTURE_SIDE_MIN];
    const narrow = await sharp(await bars('#f4e3c1', ['#c8442f', '#e08a2e', '#7a2f1d'], 30))
      .resize(width, height, { fit: 'fill' })
      .png()
      .toBuffer();
    for (const picture of [narrow, await sharp(narrow).rotate(90).png().toBuffer()]) {
      const kept = styleSchema.parse(JSON.parse(JSON.stringify(await learnStyle([picture]))));
      expect(kept.palette).toHaveLength(9);
      expect(await sharp((await paint(kept, 'narrow', 1))[0]).metadata()).toMatchObject({ width: 512 });
    }
  });

  it('have colours that survive the way to OKLab and back', () => {
    for (const hex of ['#000000', '#ffffff', '#336699', '#e2a13b', '#7d3f6a']) {
      expect(hexOf(labOfHex(hex) satisfies Lab)).toBe(hex);
    }
  });
});

describe('a training', () => {
  let studio: TestStudio;
  let gallery: LoopbackServer;

  beforeAll(async () => {
    const picture = await bars('#f4e3c1', ['#c8442f', '#e08a2e', '#7a2f1d'], 30);
    const narrow = await sharp(picture).resize(3_200, 64, { fit: 'fill' }).png().toBuffer();
    let refusals = 2;
    gallery = await startLoopbackServer((req, res) => {
      const isRestarting = req.url === '/restarting.png' && refusals > 0;
      if (isRestarting) refusals -= 1;
      if (isRestarting) res.writeHead(503).end();
      else if (req.url === '/gone.png') res.writeHead(404).end();
      else if (req.url === '/text.png') res.end('no picture at all');
      else if (req.url === '/narrow.png') res.end(narrow);
      else res.end(picture);
    });
    studio = await startTestStudio();
  });

  afterAll(async () => {
    await studio.stop();
    await gallery.stop();
  });

  const train = async (id: string, names: readonly string[]) => {
    const images = names.map((name) => `${gallery.url}/${name}.png`);
    await studio.call('PUT', `/trainings/${id}`, { version: 'trainer', input: { input_images: images } });
    return studio.finished(`/trainings/${id}`);
  };

  it('makes a version that paints in what it learned', async () => {
    const training = await train('spd_training', ['one', 'restarting', 'two']);
    expect(training).toMatchObject({ status: 'succeeded', output: { version: 'style-spd_training' } });
    const body = { version: 'style-spd_training', input: { prompt: 'a harbour', seed: 1 } };
    await studio.call('PUT', '/predictions/spd_by_style', body);
    const { output } = await studio.finished('/predictions/spd_by_style');
    const picture = await (await fetch((output as string[])[0]!)).arrayBuffer();
    const { ground } = await learnStyle([Buffer.from(picture)]);
    expect(distance(ground, labOfHex('#f4e3c1'))).toBeLessThan(0.08);
  });

  it.each([
    ['cannot be fetched', 'gone'],
    ['is not a picture', 'text'],
    ['is too narrow', 'narrow'],
  ])('fails as invalid input when a picture %s', async (_what, name) => {
    const training = await train(`spd_bad_${name}`, ['one', name]);
    expect(training).toMatchObject({
      status: 'failed',
      output: null,
      error: expect.stringContaining('image 2') as string,
      x_engine: { error_code: 'invalid_input' },
    });
  });

  it('asks for addresses of pictures', async () => {
    const create = (input: object) =>
      studio.call('PUT', '/trainings/spd_no_pictures', { version: 'trainer', input });
    expect((await create({})).status).toBe(422);
    expect((await create({ input_images: [] })).status).toBe(422);
    expect((await create({ input_images: ['file:///etc/passwd'] })).status).toBe(422);
  });
});
