import type { RequestHandler } from 'express';
import { Histogram } from 'prom-client';
import type { HttpDeps } from './deps';
import { requestIdOf } from './request-id';

/** One log line and one measurement per request, when it ends; the route stands for the path, which holds ids. */
export function observeRequests({ logger, metrics }: Pick<HttpDeps, 'logger' | 'metrics'>): RequestHandler {
  const durations = new Histogram({
    name: 'scrip_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    // From a read of one row to the longest long poll.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [metrics],
  });
  return (req, res, next) => {
    const startedAt = performance.now();
    res.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      const route = String(res.locals['route'] ?? 'unknown');
      const status = res.writableFinished ? String(res.statusCode) : 'aborted';
      durations.observe({ method: req.method, route, status }, seconds);
      const requestId = requestIdOf(res);
      logger.info(
        { requestId, method: req.method, route, status, ms: Math.round(seconds * 1000) },
        'request',
      );
    });
    next();
  };
}
