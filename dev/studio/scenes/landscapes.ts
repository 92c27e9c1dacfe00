import { below, blob, leaf, limb, rectangle, ridge, SIDE, type Point } from '../paint/geometry';
import type { Shape } from '../paint/paint-shape';
import { mix, shade } from '../style/oklab';
import { birds, clouds, disc, house, tree, type Composer } from './parts';

/** Ridges behind ridges, trees on the near ones. */
export function hills(composer: Composer): readonly Shape[] {
  const { paints, random } = composer;
  const count = random.whole(4, 6);
  const rough = random.between(0, 0.9);
  const start = random.between(170, 250);
  const shapes: Shape[] = [...clouds(composer, start - 40), disc(composer), ...birds(composer)];
  for (let index = 0; index < count; index += 1) {
    const depth = (index + 0.6) / count;
    const line = ridge(
      random,
      start + (index * (SIDE - start)) / count + 20,
      70 - 34 * depth,
      rough * (1 - depth),
    );
    shapes.push({ outline: below(line), color: paints.at(depth), depth, kind: 'mass' });
    if (depth > 0.35) shapes.push(...grove(composer, line, depth));
  }
  return shapes;
}

function grove(composer: Composer, line: readonly Point[], depth: number): readonly Shape[] {
  const { random } = composer;
  const middle = random.between(0.1, 0.9);
  return Array.from({ length: random.whole(2, 7) }, () => {
    const at = Math.min(1, Math.max(0, middle + random.between(-0.22, 0.22)));
    const foot = line[Math.round(at * (line.length - 1))] ?? { x: 0, y: SIDE };
    return tree(
      composer,
      { x: foot.x, y: foot.y + 4 },
      26 + 80 * depth ** 2 * random.between(0.7, 1.2),
      depth,
    );
  }).flat();
}

/** Water with boats before a shore of houses. */
export function harbor(composer: Composer): readonly Shape[] {
  const { paints, random } = composer;
  const horizon = random.between(210, 280);
  const shapes: Shape[] = [...clouds(composer, horizon - 90), disc(composer), ...birds(composer)];
  shapes.push({
    outline: below(ridge(random, horizon - 40, 46, 0.5)),
    color: paints.at(0.2),
    depth: 0.2,
    kind: 'mass',
  });
  for (let x = random.between(-20, 120); x < SIDE - 30; x += random.between(26, 64)) {
    const width = random.between(24, 40);
    shapes.push(...house(composer, { x, y: horizon + 4 }, width, random.between(24, 62), 0.5));
    if (random.chance(0.35)) x += random.between(20, 90);
  }
  const water = paints.at(0.42);
  shapes.push({
    outline: rectangle(-24, horizon, SIDE + 48, SIDE - horizon + 24),
    color: water,
    depth: 0.45,
    kind: 'mass',
  });
  shapes.push(...ripples(composer, horizon));
  const boats = random.whole(2, 4);
  for (let index = 0; index < boats; index += 1) {
    const y = horizon + 46 + ((SIDE - horizon - 90) * (index + random.between(0, 0.6))) / boats;
    const size = 26 + (y - horizon) * 0.3;
    shapes.push(
      ...boat(composer, { x: random.between(60, SIDE - 60), y }, size, 0.55 + (0.4 * index) / boats),
    );
  }
  return shapes;
}

function ripples({ paints, random }: Composer, horizon: number): readonly Shape[] {
  return Array.from({ length: 34 }, (): Shape => {
    const near = random.next() ** 1.4;
    const y = horizon + 8 + near * (SIDE - horizon - 10);
    const width = 14 + 60 * near * random.between(0.4, 1);
    const x = random.between(-20, SIDE);
    const color = random.chance(0.5) ? mix(paints.at(0.4), paints.light, 0.45) : shade(paints.at(0.5), -0.05);
    return {
      outline: leaf({ x, y }, random.between(-0.04, 0.04), width, { belly: 0.035 + 0.02 * near }),
      color,
      depth: near,
      kind: 'detail',
    };
  });
}

function boat({ paints, random }: Composer, at: Point, size: number, depth: number): readonly Shape[] {
  const hull = random.chance(0.5) ? paints.accent : paints.at(1);
  const sail = random.chance(0.6) ? paints.light : paints.answer;
  const mast = { x: at.x + size * 0.05, y: at.y - size * random.between(1.7, 2.3) };
  const [bow, stern] = [at.x - size, at.x + size];
  const wake = rectangle(bow + size * 0.25, at.y + size * 0.34, size * 1.5, size * 0.1);
  return [
    { outline: wake, color: shade(hull, -0.08), depth: 0.3, kind: 'detail' },
    {
      outline: limb({ x: mast.x, y: at.y }, mast, { from: 3, to: 2 }),
      color: paints.ink,
      depth,
      kind: 'detail',
    },
    {
      outline: [
        { x: mast.x + 3, y: mast.y + 4 },
        { x: stern - size * 0.1, y: at.y - size * 0.22 },
        { x: mast.x + 3, y: at.y - size * 0.2 },
      ],
      color: sail,
      depth,
      kind: size > 60 ? 'mass' : 'detail',
    },
    {
      outline: [
        { x: mast.x - 3, y: mast.y + size * 0.3 },
        { x: bow + size * 0.2, y: at.y - size * 0.2 },
        { x: mast.x - 3, y: at.y - size * 0.2 },
      ],
      color: shade(sail, -0.06),
      depth,
      kind: 'detail',
    },
    {
      outline: [
        { x: bow, y: at.y - size * 0.12 },
        { x: stern, y: at.y - size * 0.12 },
        { x: stern - size * 0.3, y: at.y + size * 0.32 },
        { x: bow + size * 0.35, y: at.y + size * 0.32 },
      ],
      color: hull,
      depth,
      kind: size > 60 ? 'mass' : 'detail',
    },
  ];
}

/** Rows of roofs and towers under the sky. */
export function city(composer: Composer): readonly Shape[] {
  const { paints, random } = composer;
  const shapes: Shape[] = [disc(composer), ...clouds(composer, 170)];
  for (const [row, depth] of [0.15, 0.5, 0.85].entries()) {
    const base = 300 + row * 95;
    for (let x = -30; x < SIDE;) {
      const width = random.between(34, 64) + row * 12;
      const height = random.between(60, 190) * (1 - row * 0.16);
      shapes.push(...building(composer, { x, y: base + 130 }, { width, height: height + 130 }, depth));
      x += width + random.between(-4, 10);
    }
  }
  shapes.push({ outline: below(ridge(random, 478, 16, 0.2)), color: paints.at(1), depth: 1, kind: 'mass' });
  for (let x = 10; x < SIDE; x += random.between(50, 110)) {
    shapes.push(...tree(composer, { x, y: 492 }, random.between(50, 80), 0.95));
  }
  return shapes;
}

function building(
  { paints, random }: Composer,
  foot: Point,
  { width, height }: { width: number; height: number },
  depth: number,
): readonly Shape[] {
  const top = foot.y - height;
  const color = random.chance(0.2) ? mix(paints.any(), paints.ground, 0.4 * (1 - depth)) : paints.at(depth);
  const shapes: Shape[] = [{ outline: rectangle(foot.x, top, width, height), color, depth, kind: 'mass' }];
  const cap = random.whole(0, 3);
  if (cap === 0) {
    const outline = [
      { x: foot.x, y: top },
      { x: foot.x + width / 2, y: top - width * 0.6 },
      { x: foot.x + width, y: top },
    ];
    shapes.push({
      outline,
      color: mix(paints.accent, color, 0.35 + 0.4 * (1 - depth)),
      depth,
      kind: 'detail',
    });
  } else if (cap === 1) {
    const outline = blob(
      random,
      { x: foot.x + width / 2, y: top },
      { x: width * 0.42, y: width * 0.4 },
      0.01,
    );
    shapes.unshift({
      outline,
      color: mix(paints.answer, color, 0.3 + 0.4 * (1 - depth)),
      depth,
      kind: 'detail',
    });
  } else if (cap === 2) {
    const from = { x: foot.x + width * 0.5, y: top };
    shapes.push({
      outline: limb(from, { x: from.x, y: top - width * 0.8 }, { from: 4, to: 1 }),
      color,
      depth,
      kind: 'detail',
    });
  }
  if (depth < 0.3) return shapes;
  const lit = depth * 0.55;
  for (let y = top + 14; y < Math.min(foot.y, SIDE) - 12; y += 21) {
    for (let x = foot.x + 9; x < foot.x + width - 13; x += 16) {
      if (!random.chance(lit)) continue;
      const pane = random.chance(0.75) ? mix(paints.light, color, 0.25) : paints.accent;
      shapes.push({ outline: rectangle(x, y, 7, 10), color: pane, depth: 0.3, kind: 'detail' });
    }
  }
  return shapes;
}

/** Trunks behind trunks, and a path between them. */
export function forest(composer: Composer): readonly Shape[] {
  const { paints, random } = composer;
  const shapes: Shape[] = [disc(composer, { x: random.between(180, 340), y: random.between(90, 170) })];
  for (const depth of [0.2, 0.45, 0.7, 0.95]) {
    const floor = 330 + 140 * depth;
    const line = ridge(random, floor, 22, 0.3);
    shapes.push({ outline: below(line), color: paints.at(depth), depth, kind: 'mass' });
    if (depth === 0.45) shapes.push(trail(composer, floor));
    const count = Math.round(9 - 6 * depth);
    for (let index = 0; index < count; index += 1) {
      const x = ((index + random.between(0.1, 0.9)) * SIDE) / count;
      const tall = (150 + 300 * depth) * random.between(0.8, 1.15);
      shapes.push(...tree(composer, { x, y: floor + 10 }, tall * 0.85, depth));
    }
  }
  return shapes;
}

function trail({ paints, random }: Composer, from: number): Shape {
  const top = random.between(220, 300);
  const outline = [
    { x: top - 8, y: from },
    { x: top + 10, y: from },
    { x: top + 120, y: SIDE + 20 },
    { x: top - 90, y: SIDE + 20 },
  ];
  return { outline, color: mix(paints.light, paints.ground, 0.35), depth: 0.5, kind: 'mass' };
}
