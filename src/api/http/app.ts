import express, { type Express, type RequestHandler } from 'express';
import { DomainError } from '../../domain/errors';
import { answerError } from './answer-error';
import type { ApiDeps } from '../deps';
import { observeAlarms } from '../operations/ledger/observe-alarms';
import { observeRequests } from './observe-requests';
import { observeUploads } from '../operations/works/observe-uploads';
import { openApiOf } from './openapi';
import { isPage } from '../pages/define-page';
import { nameRequest } from './request-id';
import { routes, type Route } from '../routes';
import { serveOperation } from './serve-operation';

/**
 * The whole API as an Express application: every route of routes.ts (and the sandbox's, where there are any), and a
 * problem for everything else.
 */
export function createApp(parts: Omit<ApiDeps, 'openApi'>, sandboxRoutes: readonly Route[] = []): Express {
  const served = [...routes, ...sandboxRoutes];
  const deps: ApiDeps = { ...parts, openApi: openApiOf(served, parts.publicUrl) };
  observeAlarms(deps);
  observeUploads(deps);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);

  app.use(nameRequest, observeRequests(deps), forbidSniffing, requireHost);
  for (const route of served) {
    app[route.method](expressPath(route.path), noteRoute(route), serveOperation(route, deps));
  }
  for (const path of new Set(served.map((route) => route.path)))
    app.all(expressPath(path), answerOtherMethods(path, served));
  app.use((req) => {
    throw new DomainError('not_found', `There is no ${req.method} ${req.path.slice(0, 200)}.`);
  });
  app.use(answerError(deps));
  return app;
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function noteRoute(route: Route): RequestHandler {
  return (_req, res, next) => {
    res.locals['route'] = route.path;
    res.locals['isPage'] = isPage(route.operation);
    next();
  };
}

/** Answers OPTIONS with the methods that the path supports, and any other unsupported method with 405. */
function answerOtherMethods(path: string, served: readonly Route[]): RequestHandler {
  const own = served.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  const methods = [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return (req, res) => {
    if (req.method === 'OPTIONS') {
      res.status(204).set('Allow', methods.join(', ')).end();
      return;
    }
    throw new DomainError(
      'method_not_allowed',
      `${path} supports ${methods.join(', ')}, not ${req.method}.`,
      {
        methods,
      },
    );
  };
}

/** RFC 9112: HTTP/1.1 without a Host is malformed. */
const requireHost: RequestHandler = (req, _res, next) => {
  if (req.headers.host !== undefined || req.httpVersion === '1.0') next();
  else throw new DomainError('invalid_request', 'The Host header is missing.');
};

const forbidSniffing: RequestHandler = (_req, res, next) => {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Cache-Control', 'no-store');
  next();
};
