import type { Request } from 'express';
import type { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { isNestedDeeper } from '../../../platform/json-depth';
import type { BodyFormat } from '../operation';
import { parseWith } from './parse-with';
import { readBytes } from './read-bytes';

/** The longest legitimate request (a training with 30 uploads, a long prompt) has about 10 kB. */
export const JSON_BYTES_MAX = 100 * 1024;

/** Nobody means more, and what goes through a body by recursion (a fingerprint, the database) would fail at some thousands. */
const JSON_DEPTH_MAX = 256;

/** A JSON body of the given shape. */
export function jsonBody<Body>(schema: z.ZodType<Body>): BodyFormat<Body> {
  return {
    contentType: 'application/json',
    schema,
    required: true,
    read: async (req) => parseWith(schema, parseJson(req, await readBytes(req, JSON_BYTES_MAX)), 'body'),
  };
}

/** As `jsonBody`, for operations that need nothing said: no body at all stands for `{}`. */
export function optionalJsonBody<Body>(schema: z.ZodType<Body>): BodyFormat<Body> {
  return {
    contentType: 'application/json',
    schema,
    required: false,
    read: async (req) => {
      const bytes = await readBytes(req, JSON_BYTES_MAX);
      return parseWith(schema, bytes.length === 0 ? {} : parseJson(req, bytes), 'body');
    },
  };
}

function parseJson(req: Request, bytes: Buffer): unknown {
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw new DomainError('invalid_request', 'The Content-Type must be application/json.');
  }
  if (!/^(identity)?$/i.test(req.headers['content-encoding'] ?? '')) {
    throw new DomainError('invalid_request', 'The body must not be compressed.');
  }
  const body = jsonOf(bytes);
  if (isNestedDeeper(body, JSON_DEPTH_MAX))
    throw new DomainError(
      'invalid_request',
      `The body must not be nested more than ${JSON_DEPTH_MAX} times.`,
    );
  return body;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    // Strict about UTF-8: a broken sequence is refused and not replaced by something that nobody sent.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new DomainError('invalid_request', 'The body is not JSON in UTF-8.');
  }
}
