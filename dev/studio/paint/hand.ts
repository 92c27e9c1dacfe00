import type { Style } from '../style/style';

/**
 * How a style's painter works, read off its statistics: what a shape looks like once it has been painted. Every
 * quality is continuous, so that styles between the extremes get a hand of their own.
 */
export interface Hand {
  /** How far outlines stray, in pixels. */
  readonly wobble: number;
  /** Transparency of wet paint: 0 opaque, 1 all glazes. */
  readonly wash: number;
  /** Strength of visible strokes inside a mass, 0–1. */
  readonly strokes: number;
  readonly strokeWidth: number;
  /** Shadow under each shape, as of cut paper, 0–1. */
  readonly shadow: number;
  /** Strength of drawn outlines, 0–1. */
  readonly line: number;
  /** Strength of parallel lines inside near masses, 0–1. */
  readonly hatch: number;
  /** Paper or pigment over everything: amplitude in lightness. */
  readonly grain: number;
  readonly angle: number;
  /** How far strokes stray from that angle, in radians. */
  readonly stray: number;
  /** How much lightness varies between strokes of one mass. */
  readonly variety: number;
}

export function handOf(style: Style): Hand {
  const flat = ramp(style.flatness, 0.45, 0.85);
  const lined = ramp(style.edges, 0.1, 0.3);
  const rough = ramp(style.grain, 0.004, 0.018);
  const soft = (1 - lined) * (1 - flat);
  return {
    wobble: 1 + 5 * soft + 1.5 * lined * (1 - flat),
    wash: soft * (1 - 0.55 * rough),
    strokes: (1 - flat) * (0.35 + 0.65 * rough),
    strokeWidth: 20 - 12 * lined - 4 * rough,
    shadow: flat * (1 - 0.6 * rough) * (1 - 0.5 * lined),
    line: lined * (1 - 0.75 * flat),
    hatch: ramp(style.edges, 0.17, 0.3) * (1 - flat),
    grain: 0.006 + 0.032 * rough * (1 - 0.5 * flat) + 0.012 * soft,
    angle: style.direction,
    stray: 0.08 + 0.9 * (1 - ramp(style.coherence, 0.05, 0.45)),
    variety: 0.015 + 0.16 * style.contrast + 0.03 * rough,
  };
}

function ramp(value: number, low: number, high: number): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}
