import { blob, leaf, limb, place, rectangle, SIDE, type Point } from '../paint/geometry';
import type { Shape } from '../paint/paint-shape';
import type { Paints } from '../paint/paints';
import type { Random } from '../paint/random';
import { mix, shade, type Lab } from '../style/oklab';

/** What a scene is composed from: the colours of the style and the chance of prompt, seed and index. */
export interface Composer {
  readonly paints: Paints;
  readonly random: Random;
}

/** A sun or moon, glowing, somewhere in the upper part. */
export function disc({ paints, random }: Composer, at?: Point): Shape {
  const center = at ?? { x: random.between(90, SIDE - 90), y: random.between(70, 170) };
  const radius = random.between(24, 50);
  const color = paints.ground.l < 0.45 ? paints.light : paints.accent;
  return { outline: blob(random, center, { x: radius, y: radius }, 0.015), color, depth: 0, kind: 'glow' };
}

/** Long thin clouds or mists above a level. */
export function clouds({ paints, random }: Composer, lowest: number): readonly Shape[] {
  const color = mix(paints.ground, paints.light, 0.55);
  return Array.from({ length: random.whole(2, 5) }, () => {
    const center = { x: random.between(0, SIDE), y: random.between(30, lowest) };
    const width = random.between(45, 120);
    return {
      outline: blob(random, center, { x: width, y: width * random.between(0.1, 0.22) }, 0.22),
      color,
      depth: 0.15,
      kind: 'detail',
    };
  });
}

/** A few birds, each two bent strokes. */
export function birds({ paints, random }: Composer): readonly Shape[] {
  const flock = { x: random.between(120, 390), y: random.between(60, 150) };
  return Array.from({ length: random.whole(3, 6) }, () => {
    const at = { x: flock.x + random.between(-70, 70), y: flock.y + random.between(-32, 32) };
    const span = random.between(7, 13);
    return [-1, 1].map((side): Shape => {
      const tip = { x: at.x + side * span, y: at.y - span * 0.45 };
      return {
        outline: limb(at, tip, { from: 2.4, to: 0.8 }, side * -0.16),
        color: paints.ink,
        depth: 0.4,
        kind: 'detail',
      };
    });
  }).flat();
}

/** A tree that stands on its foot: round-crowned, or pointed as a fir. */
export function tree(
  { paints, random }: Composer,
  foot: Point,
  height: number,
  depth: number,
): readonly Shape[] {
  const trunk: Shape = {
    outline: limb(foot, { x: foot.x, y: foot.y - height * 0.6 }, { from: height * 0.09, to: height * 0.04 }),
    color: mix(paints.ink, paints.ground, 0.25 * (1 - depth)),
    depth,
    kind: 'detail',
  };
  const color = paints.at(Math.min(1, depth + random.between(-0.25, 0.1)));
  const kind = height > 70 ? 'mass' : 'detail';
  if (random.chance(0.4)) {
    const tiers = [0, 1, 2].map((tier): Shape => {
      const base = foot.y - height * (0.15 + tier * 0.25);
      const half = height * (0.26 - tier * 0.06);
      const outline = [
        { x: foot.x - half, y: base },
        { x: foot.x, y: base - height * 0.42 },
        { x: foot.x + half, y: base },
      ];
      return { outline, color: shade(color, tier * 0.025), depth, kind: 'detail' };
    });
    return [trunk, ...tiers];
  }
  const crown = { x: foot.x + random.between(-3, 3), y: foot.y - height * 0.7 };
  const radius = { x: height * random.between(0.24, 0.34), y: height * random.between(0.28, 0.38) };
  const lit = { x: crown.x - radius.x * 0.25, y: crown.y - radius.y * 0.3 };
  return [
    trunk,
    { outline: blob(random, crown, radius, 0.16), color, depth, kind },
    {
      outline: blob(random, lit, { x: radius.x * 0.5, y: radius.y * 0.45 }, 0.2),
      color: shade(color, 0.055),
      depth,
      kind: 'detail',
    },
  ];
}

/** A house with a gable and lit windows, standing on its lower left corner. */
export function house(
  { paints, random }: Composer,
  foot: Point,
  width: number,
  height: number,
  depth: number,
): readonly Shape[] {
  const top = foot.y - height;
  const wall = random.chance(0.5) ? paints.any() : paints.at(depth);
  const roof = random.chance(0.55) ? paints.accent : shade(wall, -0.14);
  const rise = width * random.between(0.3, 0.6);
  const shapes: Shape[] = [
    {
      outline: rectangle(foot.x, top, width, height),
      color: mix(wall, paints.ground, 0.3 * (1 - depth)),
      depth,
      kind: 'mass',
    },
    {
      outline: [
        { x: foot.x - 3, y: top },
        { x: foot.x + width / 2, y: top - rise },
        { x: foot.x + width + 3, y: top },
      ],
      color: mix(roof, paints.ground, 0.3 * (1 - depth)),
      depth,
      kind: 'detail',
    },
  ];
  const pane = { width: width * 0.17, height: Math.min(height * 0.2, width * 0.24) };
  for (const [column, row] of [
    [0.2, 0.2],
    [0.62, 0.2],
    [0.2, 0.58],
    [0.62, 0.58],
  ] as const) {
    if (random.chance(0.2)) continue;
    const color = random.chance(0.6) ? paints.light : paints.ink;
    const outline = rectangle(foot.x + width * column, top + height * row, pane.width, pane.height);
    shapes.push({ outline, color, depth, kind: 'detail' });
  }
  return shapes;
}

/** A branch with leaves on both sides, from its foot along an angle. */
export function sprig(
  { paints, random }: Composer,
  foot: Point,
  angle: number,
  length: number,
  color: Lab,
): readonly Shape[] {
  const bend = random.between(-0.12, 0.12);
  const tip = place(foot, angle, { x: length, y: 0 });
  const stem: Shape = {
    outline: limb(foot, tip, { from: length * 0.022 + 1, to: 1 }, bend),
    color: shade(color, -0.06),
    depth: 0.8,
    kind: 'detail',
  };
  const pairs = random.whole(4, 7);
  const belly = random.between(0.16, 0.36);
  const leaves = Array.from({ length: pairs * 2 }, (_, index): Shape => {
    const along = 0.18 + (0.8 * (Math.floor(index / 2) + random.between(-0.15, 0.15))) / pairs;
    const side = index % 2 === 0 ? 1 : -1;
    const at = place(foot, angle, { x: along * length, y: bend * length * Math.sin(along * Math.PI) });
    const size = length * (0.42 - 0.26 * along) * random.between(0.85, 1.15);
    const outline = leaf(at, angle + side * random.between(0.55, 0.95), size, { belly, bend: side * -0.1 });
    return {
      outline,
      color: shade(color, random.between(-0.045, 0.045)),
      depth: 0.8,
      kind: size > 60 ? 'mass' : 'detail',
    };
  });
  const end: Shape = {
    outline: leaf(tip, angle, length * 0.2, { belly }),
    color,
    depth: 0.8,
    kind: 'detail',
  };
  return [stem, ...leaves, end, ...(random.chance(0.35) ? [berry({ paints, random }, tip)] : [])];
}

/** A flower seen from the front. */
export function flower(
  { paints, random }: Composer,
  center: Point,
  radius: number,
  color: Lab,
): readonly Shape[] {
  const petals = random.whole(5, 9);
  const start = random.between(0, 6.28);
  const belly = random.between(0.3, 0.42);
  const ring = (size: number, turn: number, tint: number): Shape[] =>
    Array.from({ length: petals }, (_, petal) => ({
      outline: leaf(center, start + turn + (petal / petals) * Math.PI * 2, size, { belly, fullest: 0.62 }),
      color: shade(color, tint + random.between(-0.025, 0.025)),
      depth: 0.9,
      kind: 'detail',
    }));
  const heart: Shape = {
    outline: blob(random, center, { x: radius * 0.24, y: radius * 0.24 }, 0.06),
    color: paints.answer,
    depth: 0.9,
    kind: 'detail',
  };
  return [...ring(radius, 0, -0.035), ...ring(radius * 0.68, Math.PI / petals, 0.035), heart];
}

function berry({ paints, random }: Composer, at: Point): Shape {
  const radius = random.between(4, 8);
  return {
    outline: blob(random, at, { x: radius, y: radius }, 0.05),
    color: paints.accent,
    depth: 0.9,
    kind: 'detail',
  };
}
