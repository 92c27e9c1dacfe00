/** Addresses of pages in the Temporal Web UI of this installation. */
export interface TemporalUi {
  /** The list of Scrip's workflows, or of those that a query finds. */
  list(query?: string): string;
  /** The page of a workflow, in its latest run. */
  workflow(workflowId: string): string;
}

/**
 * Builds the addresses. The base is `TEMPORAL_UI_URL`: the root of the UI, with the path it is served under if it has one. An
 * address copied from the browser works too: whatever follows the root is dropped.
 */
export function createTemporalUi(baseUrl: string, namespace: string): TemporalUi {
  const { origin, pathname } = new URL(baseUrl);
  const root = `${origin}${pathname.replace(/\/namespaces(\/.*)?$/, '').replace(/\/+$/, '')}`;
  const workflows = `${root}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  return {
    list: (query) => (query === undefined ? workflows : `${workflows}?query=${encodeURIComponent(query)}`),
    // An id contains a slash, which must be %2F in the path, so that the UI reads it as part of the id.
    workflow: (workflowId) => `${workflows}/${encodeURIComponent(workflowId)}`,
  };
}
