import { hexOf, shade, type Lab } from '../style/oklab';
import { boxOf, place, SIDE, type Point } from './geometry';
import type { Hand } from './hand';
import type { Random } from './random';

/** One thing in a scene, to be painted over what is behind it. */
export interface Shape {
  readonly outline: readonly Point[];
  readonly color: Lab;
  /** Far things are painted softer and without lines, 0–1. */
  readonly depth: number;
  /** `mass`: broad enough for strokes inside. `detail`: small, painted flat. `glow`: light, without an outline. */
  readonly kind: 'mass' | 'detail' | 'glow';
}

/** Paints a shape by hand, as SVG. `ink` is the colour of lines. */
export function paintShape(shape: Shape, hand: Hand, ink: Lab, random: Random): string {
  const fill = hexOf(shape.color);
  const wobble = shape.kind === 'mass' ? hand.wobble : hand.wobble * 0.35;
  const path = pathOf(stray(shape.outline, wobble, random));
  if (shape.kind === 'glow') return glow(shape, path, fill);
  const parts = [shadowOf(path, shape, hand)];
  if (hand.wash > 0.25 && shape.kind === 'mass') parts.push(glazes(shape, hand, path, random));
  else parts.push(`<path d="${path}" fill="${fill}"/>`);
  if (shape.kind === 'mass' && hand.strokes > 0.08) parts.push(strokesIn(shape, hand, path, random));
  if (hand.hatch > 0.05 && shape.kind === 'mass') parts.push(hatchIn(shape, hand, path, ink, random));
  if (hand.line > 0.08) parts.push(linesAround(shape, hand, ink, random));
  return parts.join('');
}

function glow(shape: Shape, path: string, fill: string): string {
  const halo = (width: number, opacity: number): string =>
    `<path d="${path}" fill="none" stroke="${fill}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round"/>`;
  const halos = shape.depth < 0.5 ? halo(46, 0.07) + halo(26, 0.09) + halo(10, 0.12) : '';
  return `${halos}<path d="${path}" fill="${fill}"/>`;
}

function shadowOf(path: string, shape: Shape, hand: Hand): string {
  if (hand.shadow < 0.1) return '';
  const reach = (shape.kind === 'mass' ? 2.2 : 1.1) * (0.6 + shape.depth);
  return [3, 2, 1]
    .map((step) => {
      const [x, y] = [number(step * reach * 0.55), number(step * reach)];
      return `<path d="${path}" transform="translate(${x} ${y})" fill="#0b0d18" fill-opacity="${number(hand.shadow * 0.11)}"/>`;
    })
    .join('');
}

/** Wet paint: thin coats that do not quite cover one another, and pigment that gathers at the rim. */
function glazes(shape: Shape, hand: Hand, path: string, random: Random): string {
  const coats = [0, 1].map(() => {
    const coat = pathOf(stray(shape.outline, hand.wobble * 1.5, random));
    const fill = hexOf(shade(shape.color, random.between(-0.05, 0.04)));
    return `<path d="${coat}" fill="${fill}" fill-opacity="${number(0.62 - 0.22 * hand.wash)}"/>`;
  });
  const rim = hexOf(shade(shape.color, -0.09));
  return `<path d="${path}" fill="${hexOf(shape.color)}" fill-opacity="${number(1 - 0.3 * hand.wash)}"/>${coats.join('')}
    <path d="${path}" fill="none" stroke="${rim}" stroke-opacity="${number(0.42 * hand.wash)}" stroke-width="2.2"/>`;
}

function strokesIn(shape: Shape, hand: Hand, path: string, random: Random): string {
  const box = boxOf(shape.outline);
  const area = Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top);
  const width = hand.strokeWidth * (0.55 + 0.55 * shape.depth);
  const count = Math.min(90, Math.round((area / (width * width * 14)) * (0.5 + hand.strokes)));
  const strokes = Array.from({ length: count }, () => {
    const from = { x: random.between(box.left, box.right), y: random.between(box.top, box.bottom) };
    const angle = hand.angle + random.between(-hand.stray, hand.stray);
    const length = width * random.between(2, 6.5);
    const bow = place(from, angle, { x: length / 2, y: random.between(-0.18, 0.18) * length });
    const to = place(from, angle, { x: length, y: 0 });
    const color = hexOf(shade(shape.color, random.between(-hand.variety, hand.variety)));
    const opacity = number(random.between(0.25, 0.7) * (0.35 + 0.65 * hand.strokes));
    return `<path d="M${at(from)}Q${at(bow)} ${at(to)}" stroke="${color}" stroke-opacity="${opacity}" stroke-width="${number(width * random.between(0.4, 1.1))}"/>`;
  });
  return clipped(path, `<g fill="none" stroke-linecap="round">${strokes.join('')}</g>`, random);
}

/** Parallel lines over the shadowed half of a mass, closer the nearer it is. */
function hatchIn(shape: Shape, hand: Hand, path: string, ink: Lab, random: Random): string {
  const box = boxOf(shape.outline);
  const center = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
  const reach = Math.hypot(box.right - box.left, box.bottom - box.top) / 2;
  const gap = 13 - 6 * shape.depth;
  const lines: string[] = [];
  for (let across = -reach * 0.9; across < reach; across += gap * random.between(0.75, 1.3)) {
    const start = -reach * random.between(0.2, 1);
    const from = place(center, hand.angle, { x: start, y: across });
    const to = place(center, hand.angle, {
      x: start + reach * random.between(0.5, 1.4),
      y: across + random.between(-3, 3),
    });
    lines.push(`M${at(from)}L${at(to)}`);
  }
  const opacity = number(hand.hatch * (0.16 + 0.34 * shape.depth));
  return clipped(
    path,
    `<path d="${lines.join('')}" fill="none" stroke="${hexOf(ink)}" stroke-opacity="${opacity}" stroke-width="${number(0.8 + 0.5 * shape.depth)}"/>`,
    random,
  );
}

/** An outline drawn twice, never quite the same, as by a pen. */
function linesAround(shape: Shape, hand: Hand, ink: Lab, random: Random): string {
  const lines = [0, 1].map(() => pathOf(stray(shape.outline, 1.3, random)));
  const opacity = number(hand.line * (0.35 + 0.5 * shape.depth));
  const width = number((shape.kind === 'mass' ? 1.1 : 0.8) + hand.line * 0.7 * shape.depth);
  return `<path d="${lines.join('')}" fill="none" stroke="${hexOf(ink)}" stroke-opacity="${opacity}" stroke-width="${width}" stroke-linejoin="round"/>`;
}

function clipped(path: string, content: string, random: Random): string {
  const name = `clip${random.whole(0, 999_999_999)}`;
  return `<clipPath id="${name}"><path d="${path}"/></clipPath><g clip-path="url(#${name})">${content}</g>`;
}

/** Moves each point a little, neighbours alike, so that a straight edge looks drawn and not shaken. */
function stray(outline: readonly Point[], amount: number, random: Random): readonly Point[] {
  const waves = [31, 67, 140].map((length) => ({
    length: length * random.between(0.7, 1.4),
    x: random.between(0, 6.28),
    y: random.between(0, 6.28),
  }));
  let travelled = 0;
  return dense(outline).map((point, index, all) => {
    const before = all[index - 1] ?? point;
    travelled += Math.hypot(point.x - before.x, point.y - before.y);
    const offset = (axis: 'x' | 'y'): number =>
      waves.reduce((sum, wave) => sum + Math.sin((travelled / wave.length) * 6.28 + wave[axis]), 0) *
      amount *
      0.4;
    return { x: point.x + offset('x'), y: point.y + offset('y') };
  });
}

/** Long straight edges get points of their own, or they could not stray. */
function dense(outline: readonly Point[]): readonly Point[] {
  return outline.flatMap((point, index) => {
    const next = outline[(index + 1) % outline.length] ?? point;
    const pieces = Math.max(1, Math.min(60, Math.round(Math.hypot(next.x - point.x, next.y - point.y) / 14)));
    return Array.from({ length: pieces }, (_, piece) => ({
      x: point.x + ((next.x - point.x) * piece) / pieces,
      y: point.y + ((next.y - point.y) * piece) / pieces,
    }));
  });
}

function pathOf(points: readonly Point[]): string {
  return `M${points.map(at).join('L')}Z`;
}

function at({ x, y }: Point): string {
  const clamp = (value: number): number => Math.min(2 * SIDE, Math.max(-SIDE, value));
  return `${number(clamp(x))} ${number(clamp(y))}`;
}

/** Hundredths of a pixel are finer than anyone sees, and keep the text short. */
function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
