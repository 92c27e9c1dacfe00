import { below, blob, leaf, limb, ridge, SIDE, type Point } from '../paint/geometry';
import type { Shape } from '../paint/paint-shape';
import { mix, shade } from '../style/oklab';
import { flower, sprig, type Composer } from './parts';

/** Plants from the ground up, flowers among them. */
export function garden(composer: Composer): readonly Shape[] {
  const { paints, random } = composer;
  const shapes: Shape[] = [];
  const sun = { x: random.between(120, 400), y: random.between(110, 200) };
  const halo = random.between(80, 130);
  shapes.push({
    outline: blob(random, sun, { x: halo, y: halo }, 0.02),
    color: mix(paints.ground, paints.answer, 0.45),
    depth: 0.2,
    kind: 'mass',
  });
  for (const depth of [0.35, 0.65, 0.95]) {
    const stems = random.whole(4, 6);
    for (let index = 0; index < stems; index += 1) {
      const foot = { x: ((index + random.between(0.1, 0.9)) * SIDE) / stems, y: SIDE + 10 };
      const length = random.between(190, 400) * (1.15 - depth * 0.55);
      const angle = -Math.PI / 2 + (foot.x - SIDE / 2) * 0.0011 + random.between(-0.16, 0.16);
      shapes.push(
        ...sprig(composer, foot, angle, length, mix(paints.at(depth), paints.ground, 0.25 * (1 - depth))),
      );
    }
    const blooms = random.whole(2, 3);
    for (let index = 0; index < blooms; index += 1) {
      const center = { x: random.between(50, SIDE - 50), y: random.between(110, 400) * (0.6 + 0.4 * depth) };
      const color = random.chance(0.6) ? paints.accent : paints.any();
      const foot = { x: center.x + random.between(-30, 30), y: SIDE + 10 };
      shapes.push({
        outline: limb(foot, center, { from: 5, to: 3 }, random.between(-0.06, 0.06)),
        color: paints.at(depth),
        depth,
        kind: 'detail',
      });
      shapes.push(...flower(composer, center, 24 + 26 * depth * random.between(0.8, 1.2), color));
    }
  }
  return [
    ...shapes,
    { outline: below(ridge(random, 486, 18, 0.3)), color: paints.at(1), depth: 1, kind: 'mass' },
  ];
}

/** A vase with flowers and some fruit on a table. */
export function stillLife(composer: Composer): readonly Shape[] {
  const { paints, random } = composer;
  const table = random.between(345, 385);
  const arch = { x: random.between(170, 340), y: random.between(190, 240) };
  const shapes: Shape[] = [
    {
      outline: blob(random, arch, { x: random.between(120, 170), y: random.between(140, 180) }, 0.03),
      color: mix(paints.at(0.3), paints.ground, 0.3),
      depth: 0.2,
      kind: 'mass',
    },
    { outline: below(ridge(random, table, 5, 0)), color: paints.at(0.6), depth: 0.6, kind: 'mass' },
  ];
  const foot = { x: random.between(200, 312), y: table + random.between(35, 60) };
  const tall = random.between(130, 170);
  const mouth = { x: foot.x, y: foot.y - tall };
  for (let index = random.whole(6, 9); index > 0; index -= 1) {
    const angle = -Math.PI / 2 + random.between(-0.95, 0.95);
    const length = random.between(110, 185);
    if (random.chance(0.5))
      shapes.push(...sprig(composer, mouth, angle, length, paints.at(random.between(0.5, 1))));
    const head = { x: mouth.x + Math.cos(angle) * length * 0.9, y: mouth.y + Math.sin(angle) * length * 0.9 };
    shapes.push({
      outline: limb(mouth, head, { from: 4, to: 2 }),
      color: paints.at(0.8),
      depth: 0.7,
      kind: 'detail',
    });
    shapes.push(
      ...flower(composer, head, random.between(22, 42), random.chance(0.65) ? paints.accent : paints.any()),
    );
  }
  shapes.push(...vase(composer, foot, tall), ...fruit(composer, table));
  return shapes;
}

function vase({ paints, random }: Composer, foot: Point, tall: number): readonly Shape[] {
  const belly = random.between(44, 70);
  const neck = random.between(16, 26);
  const side = (sign: number): Point[] =>
    Array.from({ length: 19 }, (_, step) => {
      const up = step / 18;
      const profile =
        up < 0.45
          ? 0.55 + 0.45 * Math.sin((up / 0.45) * 1.57)
          : 0.5 + 0.5 * Math.cos(((up - 0.45) / 0.5) * 3.14);
      const half = neck + (belly - neck) * Math.max(0, Math.min(1, profile)) + (up > 0.93 ? 5 : 0);
      return { x: foot.x + sign * half, y: foot.y - up * tall };
    });
  const color = random.chance(0.5) ? paints.any() : paints.at(0.9);
  const lit = { x: foot.x - belly * 0.42, y: foot.y - tall * 0.42 };
  return [
    {
      outline: blob(random, { x: foot.x + 26, y: foot.y }, { x: belly * 1.2, y: 11 }, 0.05),
      color: shade(paints.at(0.6), -0.13),
      depth: 0.3,
      kind: 'detail',
    },
    { outline: [...side(-1), ...side(1).reverse()], color, depth: 0.9, kind: 'mass' },
    {
      outline: leaf({ x: lit.x, y: lit.y + tall * 0.2 }, -1.5, tall * 0.42, { belly: 0.12 }),
      color: shade(color, 0.1),
      depth: 0.4,
      kind: 'detail',
    },
  ];
}

function fruit({ paints, random }: Composer, table: number): readonly Shape[] {
  return Array.from({ length: random.whole(3, 6) }, (): Shape[] => {
    const radius = random.between(20, 33);
    const center = { x: random.between(40, SIDE - 40), y: table + random.between(40, 105) };
    const color = random.chance(0.5) ? paints.accent : paints.any();
    const top = { x: center.x + random.between(-3, 3), y: center.y - radius * 0.9 };
    return [
      {
        outline: blob(
          random,
          { x: center.x + 9, y: center.y + radius * 0.75 },
          { x: radius * 1.1, y: radius * 0.3 },
          0.04,
        ),
        color: shade(paints.at(0.6), -0.13),
        depth: 0.3,
        kind: 'detail',
      },
      {
        outline: blob(random, center, { x: radius, y: radius * random.between(0.9, 1.05) }, 0.05),
        color,
        depth: 0.95,
        kind: 'mass',
      },
      {
        outline: blob(
          random,
          { x: center.x - radius * 0.35, y: center.y - radius * 0.35 },
          { x: radius * 0.25, y: radius * 0.18 },
          0.1,
        ),
        color: shade(color, 0.12),
        depth: 0.4,
        kind: 'detail',
      },
      {
        outline: limb(top, { x: top.x + 4, y: top.y - radius * 0.45 }, { from: 3, to: 2 }),
        color: paints.ink,
        depth: 0.9,
        kind: 'detail',
      },
      { outline: leaf(top, -0.5, radius * 0.8), color: paints.at(0.8), depth: 0.9, kind: 'detail' },
    ];
  }).flat();
}

/** Bands, discs and leaves: for prompts that name nothing to be seen. */
export function reverie(composer: Composer): readonly Shape[] {
  const { paints, random } = composer;
  const shapes: Shape[] = [];
  const bands = random.whole(4, 6);
  for (let index = 0; index < bands; index += 1) {
    const depth = (index + 0.5) / bands;
    const line = ridge(random, 90 + (index * 400) / bands, random.between(50, 130), random.between(0, 0.25));
    shapes.push({
      outline: below(line),
      color: random.chance(0.25) ? mix(paints.any(), paints.ground, 0.25) : paints.at(depth),
      depth,
      kind: 'mass',
    });
    const discs = random.whole(0, 2);
    for (let count = 0; count < discs; count += 1) {
      const center = { x: random.between(40, SIDE - 40), y: random.between(60, SIDE - 60) };
      const radius = random.between(14, 62);
      shapes.push({
        outline: blob(random, center, { x: radius, y: radius }, 0.02),
        color: random.chance(0.5) ? paints.accent : paints.any(),
        depth,
        kind: 'mass',
      });
    }
  }
  const foot = { x: random.between(80, 430), y: random.between(330, 500) };
  return [
    ...shapes,
    ...sprig(composer, foot, random.between(-2.4, -0.7), random.between(170, 300), paints.at(1)),
  ];
}
