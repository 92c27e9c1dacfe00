import { fileURLToPath } from 'node:url';
import { createFileStore } from './file-store';
import type { ObjectStore } from './object-store';
import { createS3Store } from './s3-store';

/**
 * The object store that a URL names: `file:///var/lib/scrip/objects`, or
 * `s3://bucket/prefix?region=eu-central-1&endpoint=https://host` for Amazon's S3 and whatever speaks like it (keys from
 * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` in `env`). Throws on any other URL.
 */
export function createObjectStore(url: string, env: NodeJS.ProcessEnv = process.env): ObjectStore {
  const parsed = new URL(url);
  switch (parsed.protocol) {
    case 'file:':
      return createFileStore(fileURLToPath(parsed));
    case 's3:':
      return createS3Store({
        bucket: parsed.hostname,
        prefix: parsed.pathname.split('/').filter(Boolean).join('/'),
        region: parsed.searchParams.get('region') ?? 'us-east-1',
        endpoint: parsed.searchParams.get('endpoint'),
        accessKeyId: required(env, 'AWS_ACCESS_KEY_ID'),
        secretAccessKey: required(env, 'AWS_SECRET_ACCESS_KEY'),
        sessionToken: env['AWS_SESSION_TOKEN'],
      });
    default:
      throw new Error(`No object store speaks ${parsed.protocol}`);
  }
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`An s3:// object store needs ${name}.`);
  return value;
}
