import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { DomainError } from '../domain/errors';
import { assertObjectKey } from './object-key';
import type { ObjectStore } from './object-store';

const TIMEOUT_MS = 30_000;

/**
 * An object store in a bucket of Amazon's S3 or of whatever speaks like it (path-style addresses, signature version 4).
 * The body's hash is signed, so a store never accepts half a picture. One call is one request; throws
 * `DomainError('unavailable')` when the store does not answer well, which the caller may repeat.
 */
export function createS3Store(options: {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  /** Null for Amazon's own. */
  readonly endpoint: string | null;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}): ObjectStore {
  const { accessKeyId, secretAccessKey, sessionToken, region } = options;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  const endpoint = options.endpoint ?? `https://s3.${region}.amazonaws.com`;
  const root = [endpoint.replace(/\/+$/, ''), options.bucket, options.prefix].filter(Boolean).join('/');

  async function send(key: string, init: RequestInit): Promise<Response> {
    assertObjectKey(key);
    const request = await client.sign(`${root}/${key}`, init);
    try {
      return await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch {
      throw unavailable('no answer');
    }
  }

  return {
    async put(key, body, contentType) {
      const hash = createHash('sha256').update(body).digest('hex');
      const headers = { 'content-type': contentType, 'x-amz-content-sha256': hash };
      const response = await send(key, { method: 'PUT', body: new Uint8Array(body), headers });
      await response.arrayBuffer();
      if (!response.ok) throw unavailable(`status ${response.status} to a put`);
    },

    async get(key) {
      const response = await send(key, { method: 'GET' });
      const body = await response.arrayBuffer().catch(() => undefined);
      if (response.status === 404) throw new DomainError('not_found', `No object ${key}.`);
      if (!response.ok || body === undefined) throw unavailable(`status ${response.status} to a get`);
      return Buffer.from(body);
    },

    async remove(key) {
      const response = await send(key, { method: 'DELETE' });
      await response.arrayBuffer();
      if (!response.ok && response.status !== 404) throw unavailable(`status ${response.status} to a delete`);
    },
  };
}

function unavailable(reason: string): DomainError {
  return new DomainError('unavailable', `The object store cannot be reached: ${reason}.`);
}
