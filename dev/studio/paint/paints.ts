import { chromaOf, distance, mix, shade, type Lab } from '../style/oklab';
import type { Style } from '../style/style';
import type { Random } from './random';

/** The colours of one picture, by the part they play in it. */
export interface Paints {
  /** What the picture is painted on. */
  readonly ground: Lab;
  /** The most telling colour, used sparingly, and one that answers it. */
  readonly accent: Lab;
  readonly answer: Lab;
  /** For lines: as far from the ground in lightness as the style goes. */
  readonly ink: Lab;
  /** For light things: moon, window, sail. */
  readonly light: Lab;
  /** For a mass at a depth, 0 far (faded into the ground) to 1 near. */
  at(depth: number): Lab;
  /** For something small and lively. */
  any(): Lab;
}

/** Lays out a style's palette for one picture; the same chance lays it out the same. */
export function layOutPaints(style: Style, random: Random): Paints {
  const { ground } = style;
  const isNight = ground.l < 0.45;
  const byContrast = [...style.palette].sort((x, y) => contrastTo(ground, x) - contrastTo(ground, y));
  const byLightness = [...style.palette].sort((x, y) => x.l - y.l);
  const darkest = byLightness[0] ?? ground;
  const lightest = byLightness.at(-1) ?? ground;
  const [accent, answer] = accentsOf(style, random);
  const masses = byContrast.filter((swatch) => swatch.weight > 0.015);
  const at = (depth: number): Lab => {
    const index = Math.min(
      masses.length - 1,
      Math.max(0, Math.round((depth * 0.85 + random.between(-0.12, 0.22)) * (masses.length - 1))),
    );
    const faded = mix(masses[index] ?? ground, ground, (1 - depth) * 0.42);
    // A mass that vanishes into the ground would leave the picture empty.
    return distance(faded, ground) > 0.07 ? faded : shade(faded, isNight ? 0.09 : -0.09);
  };
  return {
    ground,
    accent,
    answer,
    ink: isNight ? shade(lightest, 0.06) : shade(darkest, -0.1),
    light: shade(lightest, 0.05),
    at,
    any: () => {
      const swatch = style.palette[random.whole(0, style.palette.length - 1)] ?? accent;
      return distance(swatch, ground) > 0.12 ? swatch : accent;
    },
  };
}

function contrastTo(ground: Lab, color: Lab): number {
  return Math.abs(color.l - ground.l) + 0.5 * distance(color, ground);
}

/** The vivid colours that stand out most from what the pictures mostly are; which of them leads is left to chance. */
function accentsOf(style: Style, random: Random): readonly [Lab, Lab] {
  const total = style.palette.reduce((sum, swatch) => sum + swatch.weight, 0);
  const mean = style.palette.reduce((sum, swatch) => mix(sum, swatch, swatch.weight / total), style.ground);
  const ranked = [...style.palette].sort((x, y) => standOut(y) - standOut(x));
  function standOut(color: Lab): number {
    return (
      chromaOf(color) * 1.5 +
      Math.hypot(color.a - mean.a, color.b - mean.b) +
      0.3 * distance(color, style.ground)
    );
  }
  const [first = style.ground, second = first, third = second] = ranked;
  return random.chance(0.7) ? [first, second] : [second, third];
}
