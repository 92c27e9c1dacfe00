import type { RequestHandler, Response } from 'express';
import { newId } from '../../platform/ids';

const SANE = /^[A-Za-z0-9._:-]{1,128}$/;

/** Names every HTTP attempt: by the caller's `X-Request-Id` when it is sane, else by one of ours. Always answered. */
export const nameRequest: RequestHandler = (req, res, next) => {
  const given = req.header('x-request-id');
  res.setHeader('X-Request-Id', given !== undefined && SANE.test(given) ? given : newId('req'));
  next();
};

export function requestIdOf(res: Response): string {
  return String(res.getHeader('X-Request-Id'));
}
