import { z } from 'zod';
import { findHindrance, findPort } from './ports';
import { readJsonFile, writeJsonFile } from './state-file';

const PORT_USERS = ['api', 'postgres', 'temporal', 'temporalUi', 'stripe', 'studio'] as const;

export type Ports = Readonly<Record<(typeof PORT_USERS)[number], number>>;

const lastSchema = z.partialRecord(z.enum(PORT_USERS), z.int().min(1).max(65_535));

/**
 * The ports of this run: those of the last one wherever they are free, so that links stay valid and bookmarks work, else
 * any free ones. A port that was asked for by number is taken or refused with an error for people.
 */
export async function choosePorts(file: string, apiPort: number): Promise<Ports> {
  await refuseTakenPort(apiPort);
  const last = lastSchema.safeParse(await readJsonFile(file)).data ?? {};
  const taken = new Set<number>();
  const choose = async (preferred: number | undefined): Promise<number> => {
    for (;;) {
      const port = await findPort(preferred !== undefined && taken.has(preferred) ? undefined : preferred);
      if (taken.has(port)) continue;
      taken.add(port);
      return port;
    }
  };
  const ports: Ports = {
    api: await choose(apiPort === 0 ? last.api : apiPort),
    postgres: await choose(last.postgres),
    temporal: await choose(last.temporal),
    temporalUi: await choose(last.temporalUi),
    stripe: await choose(last.stripe),
    studio: await choose(last.studio),
  };
  await writeJsonFile(file, ports);
  return ports;
}

/** Throws when the API could not listen on this port; 0 is any free one. */
export async function refuseTakenPort(apiPort: number): Promise<void> {
  const hindrance = apiPort === 0 ? undefined : await findHindrance(apiPort);
  if (hindrance === undefined) return;
  throw new Error(
    `Port ${String(apiPort)} ${hindrance}. Set PORT to another one, or PORT=0 for any free one.`,
  );
}
