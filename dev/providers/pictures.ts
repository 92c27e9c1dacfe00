import sharp from 'sharp';

/** A plain picture of a colour that the seed chooses: what a stand-in delivers where the art does not matter. */
export function plainPicture(seed: number): Promise<Buffer> {
  const background = { r: (seed * 37) % 256, g: (seed * 91) % 256, b: 160 };
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .png()
    .toBuffer();
}
