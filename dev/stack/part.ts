import type { Launch } from './launch';

export const PART_NAMES = ['postgres', 'temporal', 'stripe', 'studio', 'worker', 'api'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What `ready` may ask of the process that was just started. */
export interface Started {
  readonly isAlive: () => boolean;
  /** The first line of its standard output that is a JSON object with this member. Rejects when the process ends before. */
  readonly lineWith: (member: string) => Promise<Readonly<Record<string, unknown>>>;
}

/** One process of the stack. */
export interface Part {
  readonly name: PartName;
  readonly launch: Launch;
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /** Resolves when the process does its work; rejects when it will not. */
  ready(started: Started): Promise<void>;
}
