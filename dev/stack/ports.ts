import { createServer, type AddressInfo } from 'node:net';
import { hasCode } from './system-error';

const LOOPBACK = '127.0.0.1';

/** The preferred port when it is free on loopback, else any free one. Another process may still take it meanwhile. */
export async function findPort(preferred = 0): Promise<number> {
  return tryPort(preferred).catch(() => tryPort(0));
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
