import { readFile } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/platform/package-root';
import { tarGzOf } from './archives';

const FIXTURES = join(findPackageRoot(), 'tests', 'fixtures', 'temporal-download');

export interface DownloadSite {
  /** What sends the SDK's download here: a proxy, and whom to trust. */
  readonly env: Readonly<Record<string, string>>;
  requests(): readonly string[];
  close(): Promise<void>;
}

/** temporal.download on this machine: over real TLS, behind a proxy, with one program to give away. */
export async function startDownloadSite(program: string): Promise<DownloadSite> {
  const archive = tarGzOf('temporal', Buffer.from(program));
  const requests: string[] = [];
  const [key, cert] = await Promise.all(
    ['key.pem', 'cert.pem'].map((name) => readFile(join(FIXTURES, name))),
  );
  const site = createServer({ key, cert }, (req, res) => {
    requests.push(`${String(req.method)} ${String(req.url)}`);
    if (req.url === '/archive.tar.gz') {
      res.end(archive);
      return;
    }
    const archiveUrl = 'https://temporal.download/archive.tar.gz';
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }));
  });
  const sitePort = await listen(site);
  const proxy = createProxy();
  proxy.on('connect', (_req, client) => {
    const upstream = connect(sitePort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  const proxyPort = await listen(proxy);
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${String(proxyPort)}`, SSL_CERT_FILE: join(FIXTURES, 'ca.pem') },
    requests: () => requests,
    async close() {
      site.closeAllConnections();
      await Promise.all([close(site), close(proxy)]);
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
