/**
 * A colour in OKLab, where equal distances look equally different: lightness 0–1, green to red, blue to yellow.
 * Source: https://bottosson.github.io/posts/oklab/
 */
export interface Lab {
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

// Looked up once: these run for every pixel of a training picture.
const { cbrt, sqrt } = Math;

/** From sRGB channels 0–255. */
export function labOf(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

/** As `#rrggbb`; what sRGB cannot show is clipped. */
export function hexOf({ l: lightness, a, b }: Lab): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${channels.map((channel) => gamma(channel).toString(16).padStart(2, '0')).join('')}`;
}

/** From `#rrggbb`. */
export function labOfHex(hex: string): Lab {
  const value = Number.parseInt(hex.slice(1), 16);
  return labOf((value >> 16) & 255, (value >> 8) & 255, value & 255);
}

/** How different two colours look; 0.02 is just noticeable, black to white is 1. */
export function distance(x: Lab, y: Lab): number {
  return sqrt((x.l - y.l) ** 2 + (x.a - y.a) ** 2 + (x.b - y.b) ** 2);
}

export function chromaOf({ a, b }: Lab): number {
  return sqrt(a ** 2 + b ** 2);
}

/** The colour on the way from `x` (share 0) to `y` (share 1). */
export function mix(x: Lab, y: Lab, share: number): Lab {
  return { l: x.l + (y.l - x.l) * share, a: x.a + (y.a - x.a) * share, b: x.b + (y.b - x.b) * share };
}

/** Lighter or darker by an amount of lightness, kept within what can be shown. */
export function shade({ l, a, b }: Lab, by: number): Lab {
  return { l: Math.min(0.985, Math.max(0.06, l + by)), a, b };
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function gamma(value: number): number {
  const clipped = Math.min(1, Math.max(0, value));
  return Math.round(255 * (clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055));
}
