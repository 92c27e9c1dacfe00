import type { Express } from 'express';
import type { ApiDeps } from './deps';
import { findCaller } from './find-caller';
import { createApp } from './http/app';
import type { Route } from './http/route';
import { openApiOf } from './openapi';
import { observeAlarms } from './operations/ledger/observe-alarms';
import { observeUploads } from './operations/works/observe-uploads';
import { presentationOf } from './presentation';
import { routes } from './routes';

/** What the API is made of, before it knows its own description, callers and looks. */
export type ApiParts = Omit<ApiDeps, 'openApi' | 'findCaller' | 'presentation'>;

/** The whole API: every route of routes.ts, and the sandbox's, where there are any. */
export function createApi(parts: ApiParts, sandboxRoutes: readonly Route<ApiDeps>[] = []): Express {
  const served = [...routes, ...sandboxRoutes];
  const deps: ApiDeps = {
    ...parts,
    openApi: openApiOf(served, parts.publicUrl),
    findCaller: (secret) => findCaller(parts, secret),
    presentation: presentationOf(parts),
  };
  observeAlarms(deps);
  observeUploads(deps);
  return createApp(served, deps);
}
