import { z } from 'zod';
import type { BodyFormat } from '../operation';
import { readBytes } from './read-bytes';

/** The bytes as they came: signatures are checked on them before anything is parsed. */
export function rawBody(bytesMax: number): BodyFormat<Buffer> {
  return {
    contentType: 'application/json',
    schema: z.looseObject({}),
    required: true,
    read: (req) => readBytes(req, bytesMax),
  };
}
