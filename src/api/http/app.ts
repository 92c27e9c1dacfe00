import express, { type Express, type RequestHandler } from 'express';
import { DomainError } from '../../domain/errors';
import { answerError } from './answer-error';
import type { HttpDeps } from './deps';
import { observeRequests } from './observe-requests';
import { isPage } from './pages/is-page';
import { nameRequest } from './request-id';
import type { Route } from './route';
import { serveOperation } from './serve-operation';

/** Routes as an Express application, and a problem for everything else. */
export function createApp<Deps extends HttpDeps>(served: readonly Route<Deps>[], deps: Deps): Express {
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

function noteRoute(route: Route<never>): RequestHandler {
  return (_req, res, next) => {
    res.locals['route'] = route.path;
    res.locals['isPage'] = isPage(route.operation);
    next();
  };
}

/** Answers OPTIONS with the methods that the path supports, and any other unsupported method with 405. */
function answerOtherMethods(path: string, served: readonly Route<never>[]): RequestHandler {
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
