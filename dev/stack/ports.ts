import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { hasCode } from './system-error';

const LOOPBACK = '127.0.0.1';

/**
 * Where free ports are looked for: below those that systems give to outgoing connections (from 32768 on Linux, from 49152
 * elsewhere), one of which could take a port between the moment it was found free and the moment its server listens.
 */
const SEARCHED = { from: 20_000, to: 32_000, times: 20 } as const;

/** The preferred port when it is free on loopback, else any free one. Another process may still take it meanwhile. */
export async function findPort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await findHindrance(preferred)) === undefined) return preferred;
  for (let time = 0; time < SEARCHED.times; time += 1) {
    const port = randomInt(SEARCHED.from, SEARCHED.to);
    if ((await findHindrance(port)) === undefined) return port;
  }
  return tryPort(0);
}

/** Why a port cannot be listened on now, for people; undefined when it can. */
export async function findHindrance(port: number): Promise<string | undefined> {
  try {
    await tryPort(port);
    return undefined;
  } catch (error) {
    return hasCode(error, 'EACCES') ? 'may not be used by this account' : 'is in use';
  }
}

/** Listens for a moment; answers the port. Rejects with the system's error. */
function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address() as AddressInfo;
      server.close(() => {
        resolve(address.port);
      });
    });
  });
}
