import { connect } from 'node:net';
import type { Settings } from './settings';

const WAIT_MS = 5_000;

/**
 * Throws one error for people when nobody listens where the environment says that Postgres or Temporal is. A database that
 * is named by a Unix socket is left to whoever connects to it.
 */
export async function refuseSilentServers({ database, temporal }: Settings): Promise<void> {
  const servers = [
    ...(temporal === undefined ? [] : [{ variable: 'TEMPORAL_ADDRESS', address: temporal.address }]),
    ...(database === undefined ? [] : addressOf('DATABASE_URL', database.appUrl)),
  ];
  const faults = await Promise.all(servers.map(findSilence));
  const said = faults.filter((fault) => fault !== undefined);
  if (said.length > 0) throw new Error(said.join('\n'));
}

interface Server {
  readonly variable: string;
  /** `host:port`. */
  readonly address: string;
}

function addressOf(variable: string, url: string): readonly Server[] {
  const { hostname, port, searchParams } = new URL(url);
  if (hostname === '' || hostname.startsWith('%2F') || searchParams.has('host')) return [];
  return [{ variable, address: `${hostname}:${port === '' ? '5432' : port}` }];
}

async function findSilence({ variable, address }: Server): Promise<string | undefined> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const reason = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    socket.setTimeout(WAIT_MS, () => end('no answer'));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    function end(result: string | undefined): void {
      socket.destroy();
      resolve(result);
    }
  });
  if (reason === undefined) return undefined;
  return `No server can be reached at ${address} (${reason}), which ${variable} names. Start it, correct the variable, or unset it for the embedded one.`;
}
