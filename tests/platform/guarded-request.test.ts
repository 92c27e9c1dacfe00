import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestGuarded, type GuardedRequest } from '../../src/platform/guarded-request';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';

describe('a request to an address that somebody else named', () => {
  let server: LoopbackServer;
  let other: LoopbackServer;
  let asked: string[];
  let answer: (req: IncomingMessage, res: ServerResponse) => void;

  beforeAll(async () => {
    server = await startLoopbackServer((req, res) => {
      asked.push(req.url ?? '');
      answer(req, res);
    });
    other = await startLoopbackServer((req, res) => {
      asked.push(`other ${req.url}`);
      res.end('secret');
    });
  });
  beforeEach(() => {
    asked = [];
    answer = (_req, res) => res.end('hello');
  });
  afterAll(() => Promise.all([server.stop(), other.stop()]));

  const limits = { timeoutMs: 5_000, bytesMax: 10, redirectsMax: 2 };
  const isTrusted = (url: URL) => url.origin === server.url;
  const get = (url: string, request: Partial<GuardedRequest> = {}) =>
    requestGuarded(url, { ...limits, isTrusted, ...request });
  const notPublic = { outcome: 'refused', reason: 'it is not at a public address' };
  const portOf = (url: string) => new URL(url).port;

  it('reaches who is trusted, wherever that is', async () => {
    expect(await get(`${server.url}/a`)).toMatchObject({ status: 200, body: Buffer.from('hello') });
    expect(asked).toEqual(['/a']);
  });

  it('refuses an address that is not public, in whatever way it is written, and connects to nobody', async () => {
    const port = portOf(other.url);
    for (const host of [
      '127.0.0.1',
      '127.1',
      '0x7f.0.0.1',
      '2130706433',
      '0.0.0.0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
    ]) {
      expect(await get(`http://${host}:${port}/`)).toEqual(notPublic);
    }
    expect(await get('http://169.254.169.254/latest/meta-data')).toEqual(notPublic);
    expect(asked).toEqual([]);
  });

  it('refuses a name by the addresses that it stands for when it is connected to', async () => {
    expect(await get(`http://localhost:${portOf(other.url)}/`)).toEqual(notPublic);
    expect(asked).toEqual([]);
  });

  it('checks each redirect like the first address', async () => {
    answer = (req, res) => {
      const location = req.url === '/out' ? `${other.url}/in` : `/out`;
      res.writeHead(302, { location }).end();
    };
    expect(await get(`${server.url}/start`)).toEqual(notPublic);
    expect(asked).toEqual(['/start', '/out']);
  });

  it('follows no more redirects than told, and none to another kind of address', async () => {
    answer = (_req, res) => res.writeHead(307, { location: '/again' }).end();
    expect(await get(server.url)).toEqual({ outcome: 'refused', reason: 'it redirects more than 2 times' });
    expect(await get(server.url, { redirectsMax: 0 })).toMatchObject({ status: 307 });
    answer = (_req, res) => res.writeHead(307, { location: 'file:///etc/passwd' }).end();
    expect(await get(server.url)).toMatchObject({ reason: 'its URL is not http or https' });
  });

  it('stops at the limit of bytes, announced or not', async () => {
    const tooLarge = { outcome: 'refused', reason: 'it is larger than 10 bytes' };
    answer = (_req, res) => res.end('more than ten bytes');
    expect(await get(server.url)).toEqual(tooLarge);
    let isClosed = (): void => undefined;
    const closed = new Promise<void>((resolve) => (isClosed = resolve));
    answer = (_req, res) => {
      const endless = () => {
        while (!res.destroyed && res.write(Buffer.alloc(64 * 1024)));
      };
      res.on('drain', endless).on('close', isClosed);
      endless();
    };
    expect(await get(server.url)).toEqual(tooLarge);
    await closed;
  });

  it('bounds the whole exchange in time, also an answer that comes drop by drop', async () => {
    answer = (_req, res) => {
      const drops = setInterval(() => res.write('.'), 50);
      res.on('close', () => clearInterval(drops));
    };
    await expect(get(server.url, { timeoutMs: 300, bytesMax: 1_000_000 })).rejects.toThrow();
    answer = () => undefined;
    await expect(get(server.url, { timeoutMs: 100 })).rejects.toThrow('it did not answer in time');
  });

  it('sends what it is given', async () => {
    let received = '';
    answer = (req, res) => {
      req.on('data', (chunk: Buffer) => (received += `${req.method} ${String(chunk)}`));
      req.on('end', () => res.end(req.headers['x-sign']));
    };
    const sent = await get(server.url, { method: 'POST', body: 'report', headers: { 'x-sign': 'signed' } });
    expect([received, sent]).toMatchObject(['POST report', { body: Buffer.from('signed') }]);
  });
});
