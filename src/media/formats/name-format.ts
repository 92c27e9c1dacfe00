/** The formats that an upload may have. */
export type UploadFormat = 'PNG' | 'JPEG' | 'WebP' | 'AVIF';

/** What a file is by its first bytes: an accepted format, another one by its name, or unknown. */
export type NamedFormat =
  { readonly taken: UploadFormat } | { readonly other: string } | { readonly unknown: true };

/** The first bytes of formats that people upload as pictures and that are not accepted. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['GIF8', 'GIF'],
  ['BM', 'BMP'],
  ['II*\0', 'TIFF or a camera’s raw format'],
  ['MM\0*', 'TIFF or a camera’s raw format'],
  ['%PDF', 'PDF'],
  ['8BPS', 'Photoshop'],
  ['\xff\x0a', 'JPEG XL'],
  ['\0\0\0\x0cJXL ', 'JPEG XL'],
  ['\0\0\0\x0cjP  ', 'JPEG 2000'],
  ['\0\0\x01\0', 'an icon (ICO)'],
  ['PK\x03\x04', 'a ZIP archive'],
];

const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1'];
const BRANDS_BYTES_MAX = 256;

/** Names the format by the bytes alone, whatever the file's name or content type. */
export function nameFormat(bytes: Buffer): NamedFormat {
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return { taken: 'PNG' };
  if (head.startsWith('\xff\xd8\xff')) return { taken: 'JPEG' };
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return { taken: 'WebP' };
  if (head.slice(4, 8) === 'ftyp') return ofBrands(brandsOf(bytes));
  const other = OTHERS.find(([start]) => head.startsWith(start))?.[1];
  if (other !== undefined) return { other };
  return /^\s*(<\?xml[^]*)?<svg\b/i.test(bytes.toString('utf8', 0, 2_000))
    ? { other: 'SVG' }
    : { unknown: true };
}

/** The family of MP4, HEIC and AVIF: the brands in the header say which one it is. */
function ofBrands(brands: readonly string[]): NamedFormat {
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return { taken: 'AVIF' };
  if (brands.some((brand) => HEIC_BRANDS.includes(brand))) return { other: 'HEIC' };
  return { other: brands[0] === 'crx ' ? 'a camera’s raw format' : 'a film' };
}

function brandsOf(bytes: Buffer): string[] {
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, BRANDS_BYTES_MAX);
  const brands = [bytes.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(bytes.toString('latin1', at, at + 4));
  return brands;
}
