/** What a text tells the studio to do amiss, so that tests and demonstrations meet what providers really do. */
export interface Directives {
  /** `fail-at=3`: this output, counted from 1, is not delivered; may stand there several times. */
  readonly failAt: ReadonlySet<number>;
  /** `fail-after=2`: the job fails when so many outputs are there; `fail` is `fail-after=0`. */
  readonly failAfter: number | null;
  /** `reject`: the create is refused as forbidden content. */
  readonly rejects: boolean;
  /** `delay=2s` or `delay=300ms`: the job takes so much longer, spread evenly before its outputs. */
  readonly delayMs: number;
  /** `lose-ack`: the job is taken, but the connection breaks before the answer. */
  readonly losesAck: boolean;
  /** `no-webhook`, `duplicate-webhook`: how often the end is reported. */
  readonly webhookCopies: 0 | 1 | 2;
}

const BRACKETS = /\s*\[studio:([^\]]*)\]/g;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads `[studio: name=value, name]` wherever it stands in the input. What it does not know, it passes over. */
export function parseDirectives(input: Readonly<Record<string, unknown>>): Directives {
  const entries = [...JSON.stringify(input).matchAll(BRACKETS)]
    .flatMap(([, inside = '']) => inside.split(','))
    .map((entry) => entry.trim().split('='));
  const valuesOf = (name: string): readonly string[] =>
    entries.filter(([key]) => key === name).map(([, value = '']) => value);
  const has = (name: string): boolean => valuesOf(name).length > 0;
  const [failAfter] = valuesOf('fail-after').filter(isCount).map(Number);
  return {
    failAt: new Set(valuesOf('fail-at').filter(isCount).map(Number)),
    failAfter: has('fail') ? 0 : (failAfter ?? null),
    rejects: has('reject'),
    delayMs: valuesOf('delay').reduce((sum, value) => sum + millisecondsOf(value), 0),
    losesAck: has('lose-ack'),
    webhookCopies: has('no-webhook') ? 0 : has('duplicate-webhook') ? 2 : 1,
  };
}

/** The prompt that is painted: without what was said to the studio alone. */
export function withoutDirectives(prompt: string): string {
  return prompt.replace(BRACKETS, '').trim();
}

function isCount(value: string): boolean {
  return /^\d{1,4}$/.test(value);
}

function millisecondsOf(value: string): number {
  const [, digits, unit = ''] = /^(\d{1,6})(ms|s|m|h)$/.exec(value) ?? [];
  return digits === undefined ? 0 : Number(digits) * (UNIT_MS[unit] ?? 0);
}
