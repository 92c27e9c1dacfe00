import type { Random } from './random';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The side of every picture, in pixels; scenes are laid out in these units. */
export const SIDE = 512;

/** How far outlines run over the edge, so that wobbling and shadows never uncover it. */
const BLEED = 24;

/** A smooth random line through heights, from left of the picture to right of it: `rough` 0 is a swell, 1 a ridge. */
export function ridge(random: Random, level: number, height: number, rough: number): readonly Point[] {
  const waves = Array.from({ length: 6 }, (_, octave) => ({
    length: (SIDE * random.between(0.7, 1.5)) / 2 ** octave,
    phase: random.between(0, Math.PI * 2),
    size: height * (0.28 + rough * 0.3) ** octave,
  }));
  const points: Point[] = [];
  for (let x = -BLEED; x <= SIDE + BLEED; x += 6) {
    const lift = waves.reduce(
      (sum, { length, phase, size }) => sum + size * Math.sin((x / length) * 2 * Math.PI + phase),
      0,
    );
    points.push({ x, y: level - lift * 0.5 });
  }
  return points;
}

/** The area below a line, down to the picture's lower edge. */
export function below(line: readonly Point[]): readonly Point[] {
  return [...line, { x: SIDE + BLEED, y: SIDE + BLEED }, { x: -BLEED, y: SIDE + BLEED }];
}

export function rectangle(x: number, y: number, width: number, height: number): readonly Point[] {
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}

/** All of the picture, and its bleed. */
export function everything(): readonly Point[] {
  return rectangle(-BLEED, -BLEED, SIDE + 2 * BLEED, SIDE + 2 * BLEED);
}

/** A round shape; `uneven` 0 is a perfect ellipse, 0.3 a pebble or a tree's crown. */
export function blob(
  random: Random,
  center: Point,
  radius: { readonly x: number; readonly y: number },
  uneven: number,
): readonly Point[] {
  const lobes = [2, 3, 5, 7].map((count) => ({
    count,
    phase: random.between(0, Math.PI * 2),
    size: (uneven * random.between(0.4, 1)) / Math.sqrt(count),
  }));
  const steps = Math.max(24, Math.round(Math.max(radius.x, radius.y)));
  return Array.from({ length: steps }, (_, step) => {
    const angle = (step / steps) * Math.PI * 2;
    const swell =
      1 + lobes.reduce((sum, { count, phase, size }) => sum + size * Math.sin(count * angle + phase), 0);
    return {
      x: center.x + Math.cos(angle) * radius.x * swell,
      y: center.y + Math.sin(angle) * radius.y * swell,
    };
  });
}

/** A leaf or petal from its foot along an angle; `bend` curves it, `belly` is its half width as a share of the length. */
export function leaf(
  foot: Point,
  angle: number,
  length: number,
  { belly = 0.28, bend = 0, fullest = 0.45 }: { belly?: number; bend?: number; fullest?: number } = {},
): readonly Point[] {
  const side = (sign: number): Point[] =>
    Array.from({ length: 15 }, (_, step) => {
      const along = step / 14;
      const profile = along < fullest ? along / fullest : (1 - along) / (1 - fullest);
      const across = sign * belly * Math.sin((profile * Math.PI) / 2) ** 1.2 + bend * along ** 2;
      return place(foot, angle, { x: along * length, y: across * length });
    });
  return [...side(1), ...side(-1).reverse().slice(1, -1)];
}

/** A stroke with a width at either end, along a line that bends: a stem, a mast, a trunk. */
export function limb(
  from: Point,
  to: Point,
  width: { readonly from: number; readonly to: number },
  bend = 0,
): readonly Point[] {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const side = (sign: number): Point[] =>
    Array.from({ length: 11 }, (_, step) => {
      const along = step / 10;
      const half = (width.from + (width.to - width.from) * along) / 2;
      return place(from, angle, {
        x: along * length,
        y: sign * half + bend * length * Math.sin(along * Math.PI),
      });
    });
  return [...side(1), ...side(-1).reverse()];
}

/** A point given along and across a direction that starts at `origin`. */
export function place(origin: Point, angle: number, { x, y }: Point): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: origin.x + x * cos - y * sin, y: origin.y + x * sin + y * cos };
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest upright box around an outline, cut to the picture. */
export function boxOf(outline: readonly Point[]): Box {
  const box = { left: SIDE, top: SIDE, right: 0, bottom: 0 };
  for (const { x, y } of outline) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return {
    left: Math.max(0, box.left),
    top: Math.max(0, box.top),
    right: Math.min(SIDE, box.right),
    bottom: Math.min(SIDE, box.bottom),
  };
}
