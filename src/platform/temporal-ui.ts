/** Addresses of pages in the Temporal Web UI of this installation. */
export interface TemporalUi {
  /** The list of Scrip's workflows, or of those that a query finds. */
  list(query?: string): string;
  /** The page of a workflow, in its latest run. */
  workflow(workflowId: string): string;
}

/**
 * Puts the addresses together. The base is what `TEMPORAL_UI_URL` names: the root of the UI, with the path it is served under
 * if it has one. An address out of the browser's own line serves as well: what comes after the root is left off.
 */
export function createTemporalUi(baseUrl: string, namespace: string): TemporalUi {
  const { origin, pathname } = new URL(baseUrl);
  const root = `${origin}${pathname.replace(/\/namespaces(\/.*)?$/, '').replace(/\/+$/, '')}`;
  const workflows = `${root}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  return {
    list: (query) => (query === undefined ? workflows : `${workflows}?query=${encodeURIComponent(query)}`),
    // An id has a slash in it, which stands in a path as %2F: the UI takes it for a part of the id then.
    workflow: (workflowId) => `${workflows}/${encodeURIComponent(workflowId)}`,
  };
}
