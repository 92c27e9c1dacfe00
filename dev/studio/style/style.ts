import { z } from 'zod';

const lab = z.object({ l: z.number(), a: z.number(), b: z.number() });

/** What the studio knows of a style: all that a training learns and all that a rendering needs. */
export const styleSchema = z.object({
  /** The colours and the share of the pictures each covers, largest first; at least three. */
  palette: z.array(lab.extend({ weight: z.number() })).min(3),
  /** The colour at the pictures' edges: the paper, the sky, the night. */
  ground: lab,
  /** Standard deviation of lightness, 0 to about 0.35. */
  contrast: z.number(),
  /** Share of pixels on a clear edge, 0–1: lines and many small shapes. */
  edges: z.number(),
  /** Fine detail that is no edge, root mean square of lightness: paper, pigment, brush hair; 0 to about 0.06. */
  grain: z.number(),
  /** Share of pixels whose surroundings have one colour, 0–1: cut paper is near 1, wet paint near 0. */
  flatness: z.number(),
  /** Along which the strokes run, in radians, 0 to π. */
  direction: z.number(),
  /** How much the strokes agree on that direction, 0–1. */
  coherence: z.number(),
});

export type Style = z.infer<typeof styleSchema>;
