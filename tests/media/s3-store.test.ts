import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createObjectStore } from '../../src/media/object-store-from-url';
import type { ObjectStore } from '../../src/media/object-store';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';

/** A bucket that keeps what it is given; it checks that requests are signed, not the signatures. */
describe('an object store in a bucket', () => {
  let bucket: LoopbackServer;
  let store: ObjectStore;
  let refuseWith: number | undefined;
  const objects = new Map<string, Buffer>();
  const seen: IncomingHttpHeaders[] = [];

  beforeAll(async () => {
    bucket = await startLoopbackServer((req, res) => {
      seen.push(req.headers);
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const path = req.url ?? '';
        if (req.method === 'PUT') objects.set(path, Buffer.concat(chunks));
        if (req.method === 'DELETE') objects.delete(path);
        res.writeHead(refuseWith ?? (objects.has(path) ? 200 : 404)).end(objects.get(path));
      });
    });
    const url = `s3://pictures/scrip/prod?region=eu-central-1&endpoint=${encodeURIComponent(bucket.url)}`;
    store = createObjectStore(url, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
  });

  afterAll(() => bucket.stop());

  it('keeps objects under the prefix, by signed requests that cover the body', async () => {
    await store.put('images/img_1/clean.png', Buffer.from('pixels'), 'image/png');
    expect((await store.get('images/img_1/clean.png')).toString()).toBe('pixels');
    expect([...objects.keys()]).toEqual(['/pictures/scrip/prod/images/img_1/clean.png']);
    const [put] = seen;
    expect(put!.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-central-1\/s3\//);
    expect(put!['x-amz-content-sha256']).toBe(createHash('sha256').update('pixels').digest('hex'));
  });

  it('takes an object away, once', async () => {
    await store.put('images/img_4/a.png', Buffer.from('x'), 'image/png');
    await store.remove('images/img_4/a.png');
    await store.remove('images/img_4/a.png');
    await expect(store.get('images/img_4/a.png')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells what is not there from a store that does not answer well', async () => {
    await expect(store.get('images/img_2/clean.png')).rejects.toMatchObject({ code: 'not_found' });
    refuseWith = 503;
    await expect(store.get('images/img_1/clean.png')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.put('images/img_3/a.png', Buffer.from('x'), 'image/png')).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(store.remove('images/img_1/clean.png')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses keys that could lie elsewhere', async () => {
    await expect(store.get('../other/a.png')).rejects.toThrow('Not an object key');
  });
});
