import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import sharp from 'sharp';
import { instantOf } from '../../src/domain/instants';
import { UPLOAD_RULES } from '../../src/media/picture-limits';
import { signUploadPath } from '../../src/media/signed-url';
import { bomb, CAMERA, fileOfBrand, fromCamera, picture } from '../media/files';
import { arrive, erase, subscribe, until, upload, uploadPictures } from './people';
import { useStack } from './use-stack';

const FAR = instantOf(Date.UTC(2100, 0, 1));

describe('uploads', () => {
  const { stack, api } = useStack();
  let secret: string;
  let honest: Buffer;

  beforeAll(async () => {
    const secrets = JSON.parse(await readFile(join(stack.home, 'secrets.json'), 'utf8')) as {
      urlSigningSecret: string;
    };
    secret = secrets.urlSigningSecret;
    honest = await picture(120, 80).png().toBuffer();
  });

  /** As the job provider does. */
  const fetchFile = (id: string) => fetch(stack.url + signUploadPath(secret, id, FAR));
  const objectOf = (id: string) => join(stack.home, 'objects', 'uploads', id);
  const take = async (customerId: string, bytes: Buffer) => {
    const { status, body } = await upload(api, customerId, bytes);
    expect(status).toBe(201);
    return body;
  };
  const tokenOf = async (customerId: string) => {
    const { body } = await api.post<{ url: string }>('/v1/portal-sessions', { customerId });
    return body.url.split('token=')[1]!;
  };
  const sql = async (text: string, values: unknown[]) => {
    const db = new Postgres({ connectionString: stack.dev.databaseOwnerUrl });
    await db.connect();
    await db.query(text, values);
    await db.end();
  };

  describe('that are taken', () => {
    it('201: are stored upright and without place and camera, and leave so', async () => {
      const customerId = await arrive(api);
      const taken = await fromCamera(picture(120, 80), 6).jpeg().toBuffer();
      expect(taken.includes(CAMERA)).toBe(true);
      const body = await take(customerId, taken);
      const stored = await readFile(objectOf(body.id));
      expect(body).toEqual({
        id: body.id,
        contentType: 'image/jpeg',
        width: 80,
        height: 120,
        bytes: stored.length,
      });
      const file = await fetchFile(body.id);
      expect(file.headers.get('content-type')).toBe('image/jpeg');
      const fetched = Buffer.from(await file.arrayBuffer());
      expect(fetched.equals(stored)).toBe(true);
      expect(fetched.includes(CAMERA)).toBe(false);
      const { width, height, exif, orientation } = await sharp(fetched).metadata();
      expect({ width, height, exif, orientation }).toEqual({ width: 80, height: 120 });
    });

    it('201: AVIF, as what is stored in its place', async () => {
      const body = await take(await arrive(api), await picture(120, 80).avif().toBuffer());
      expect(body).toMatchObject({ contentType: 'image/jpeg', width: 120, height: 80 });
      expect((await fetchFile(body.id)).headers.get('content-type')).toBe('image/jpeg');
    });

    it('leave without place and camera also when they were stored before these were taken out', async () => {
      const { id } = await take(await arrive(api), honest);
      const old = await fromCamera(picture(120, 80), 6).jpeg().toBuffer();
      await writeFile(objectOf(id), old);
      await sql(`UPDATE app.uploads SET is_stripped = false, content_type = 'image/jpeg' WHERE id = $1`, [
        id,
      ]);
      const file = await fetchFile(id);
      expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      const fetched = Buffer.from(await file.arrayBuffer());
      expect(fetched.includes(CAMERA)).toBe(false);
      expect(await sharp(fetched).metadata()).toMatchObject({ width: 80, height: 120 });
    });
  });

  describe('that are refused', () => {
    it.each([
      ['unsupported_format', /^The file is HEIC, which is not accepted\./, () => fileOfBrand('heic', 'mif1')],
      ['unsupported_format', /^The file is GIF, /, () => picture(100, 100).gif().toBuffer()],
      ['not_a_picture', /^The file is not a picture\./, () => Buffer.from('text')],
      ['empty', /^The file is empty\./, () => Buffer.alloc(0)],
      ['truncated', /^The file ends before /, () => honest.subarray(0, honest.length - 40)],
      ['too_small', /has 63 × 200 pixels\./, () => picture(63, 200).png().toBuffer()],
      ['too_many_pixels', /has 7000 × 7000 pixels\./, () => bomb(16)],
      ['too_narrow', /has 3200 × 64 pixels\./, () => picture(3_200, 64).png().toBuffer()],
    ])('400 %s: say why, and what is taken', async (reason, words, file) => {
      const { status, body } = await upload(api, await arrive(api), await file());
      expect({ status, body }).toMatchObject({ status: 400, body: { code: 'invalid_request', reason } });
      expect(body['detail']).toMatch(words);
      expect(body['detail']).toContain(UPLOAD_RULES);
    });

    it('400, 404: for nobody are looked at and not decoded', async () => {
      expect(await upload(api, 'nobody', Buffer.from('text'))).toMatchObject({ status: 400 });
      const damaged = Buffer.from(honest);
      damaged.fill(0, honest.length >> 1, (honest.length >> 1) + 40);
      expect(await upload(api, await arrive(api), damaged)).toMatchObject({
        status: 400,
        body: { reason: 'damaged' },
      });
      expect(await upload(api, 'nobody', damaged)).toMatchObject({ status: 404 });
    });

    it('are described with their limits', async () => {
      const document = JSON.stringify((await api.get('/openapi.json')).body);
      expect(document.split(UPLOAD_RULES)).toHaveLength(3);
    });
  });

  describe('DELETE /v1/uploads/{id}', () => {
    const remove = (id: string, query: string, options = {}) =>
      api.send('DELETE', `/v1/uploads/${id}${query}`, undefined, options);

    it('204: row, object and link are gone; then, and for everybody else, there is no such upload', async () => {
      const [owner, stranger] = await Promise.all([arrive(api), arrive(api)]);
      const { id } = await take(owner, honest);
      expect((await remove(id, `?customerId=${stranger}`)).status).toBe(404);
      expect((await remove(id, '')).body).toMatchObject({ code: 'invalid_request', field: 'customerId' });
      expect((await remove('nothing', `?customerId=${owner}`)).status).toBe(404);
      expect((await remove(id, `?customerId=${owner}`)).status).toBe(204);
      await expect(readFile(objectOf(id))).rejects.toMatchObject({ code: 'ENOENT' });
      expect((await fetchFile(id)).status).toBe(404);
      expect((await remove(id, `?customerId=${owner}`)).status).toBe(404);
      const other = await take(owner, honest);
      expect((await api.send('DELETE', `/v1/uploads/${other.id}`, { customerId: owner })).status).toBe(204);
    });

    it('204: by the portal token of its owner, 404 by that of another', async () => {
      const [owner, stranger] = await Promise.all([arrive(api), arrive(api)]);
      const { id } = await take(owner, honest);
      const as = async (customerId: string) => ({
        headers: { Authorization: `Bearer ${await tokenOf(customerId)}` },
      });
      expect((await remove(id, '', await as(stranger))).status).toBe(404);
      expect((await remove(id, `?customerId=${owner}`, await as(stranger))).status).toBe(404);
      expect((await remove(id, '', await as(owner))).status).toBe(204);
    });

    it('409: while a training learns from it, and 204 when that has ended', async () => {
      const owner = await subscribe(api);
      const uploadIds = await uploadPictures(api, owner);
      const training = await api.post<{ id: string }>('/v1/spends', {
        customerId: owner,
        action: 'train_model',
        input: { name: 'Slow [studio: delay=5m]', visibility: 'private', uploadIds },
      });
      const [first] = uploadIds;
      const refused = await remove(first!, `?customerId=${owner}`);
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'state_conflict', spendId: training.body.id },
      });
      expect((await fetchFile(first!)).status).toBe(200);
      await api.post(`/v1/spends/${training.body.id}/cancel`);
      await api.get(`/v1/spends/${training.body.id}?wait=60`);
      expect((await remove(first!, `?customerId=${owner}`)).status).toBe(204);
    });

    it('is not needed when their customer is erased', async () => {
      const owner = await arrive(api);
      const { id } = await take(owner, honest);
      await erase(api, owner);
      await expect(readFile(objectOf(id))).rejects.toMatchObject({ code: 'ENOENT' });
      expect((await fetchFile(id)).status).toBe(404);
    });
  });

  describe('of many at once', () => {
    it('of one customer hold up nobody else, however large', async () => {
      const [attacker, customer] = await Promise.all([arrive(api), arrive(api)]);
      const token = await tokenOf(attacker);
      const flat = await bomb(8);
      const done: string[] = [];
      const bombs = [1, 2, 3, 4, 5, 6].map(async (number) => {
        const { status } = await send(token, attacker, flat);
        done.push(`bomb ${number}: ${status}`);
      });
      const mine = [1, 2].map(async () => take(customer, honest));
      await Promise.all(mine);
      // Each honest one may have waited for a bomb that was begun before it, and for none after that.
      expect(done.length).toBeLessThan(4);
      await Promise.all(bombs);
      expect(done.map((line) => line.slice(8))).toEqual(Array.from({ length: 6 }, () => '201'));
    });

    it('wait outside while four of the customer are on their way in, and come in when one is given up', async () => {
      const [slow, customer] = await Promise.all([arrive(api), arrive(api)]);
      const token = await tokenOf(slow);
      const stalled = await Promise.all(Array.from({ length: 4 }, () => openForm(token)));
      await until(() => isStanding({ at_work: 4, waiting: 0 }));
      const fifth = send(token, slow, honest);
      await until(() => isStanding({ at_work: 4, waiting: 1 }));
      await take(customer, honest);
      await until(() => isStanding({ at_work: 4, waiting: 1 }));
      stalled[0]!.destroy();
      expect((await fifth).status).toBe(201);
      for (const socket of stalled) socket.destroy();
      await until(() => isStanding({ at_work: 0, waiting: 0 }));
      // The places are free again: more than there are come in one after the other.
      const many = await Promise.all(Array.from({ length: 8 }, () => send(token, slow, honest)));
      expect(many.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    });

    it('401: are not even begun to be read for nobody', async () => {
      const answer = await send('pst_nobody', 'x', honest);
      expect(answer.status).toBe(401);
    });
  });

  async function isStanding(standing: Readonly<Record<string, number>>): Promise<boolean> {
    const metrics = await (await fetch(`${stack.url}/metrics`)).text();
    const values = metrics.matchAll(/^scrip_uploads\{state="(\w+)".*\} (\d+)$/gm);
    const found = Object.fromEntries(
      [...values].map(([, state = '', value]) => [state, Number(value)] as const),
    );
    return JSON.stringify(found) === JSON.stringify(standing);
  }

  /** As a customer's browser does. */
  function send(token: string, customerId: string, bytes: Buffer): Promise<Response> {
    const body = new FormData();
    body.set('customerId', customerId);
    body.set('file', new Blob([new Uint8Array(bytes)]), 'picture.png');
    const headers = { Authorization: `Bearer ${token}` };
    return fetch(`${stack.url}/v1/uploads`, { method: 'POST', headers, body });
  }

  /** Begins to send a form and stops. */
  async function openForm(token: string): Promise<Socket> {
    const { hostname, port } = new URL(stack.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    socket.write(
      `POST /v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n',
    );
    socket.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n');
    return socket;
  }
});
