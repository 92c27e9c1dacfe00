import type { WorkflowHandle } from '@temporalio/client';

interface Metadata {
  readonly definition: {
    readonly updateDefinitions: readonly { readonly name: string; readonly description: string }[];
  };
  readonly currentDetails: string;
}

/** What the Web UI asks a workflow for: its card, and what can be sent to it. */
export async function metadataOf(handle: WorkflowHandle): Promise<Metadata> {
  return handle.query<Metadata>('__temporal_workflow_metadata');
}

export async function cardOf(handle: WorkflowHandle): Promise<string> {
  return (await metadataOf(handle)).currentDetails;
}

/** The updates that people may send: those that do not call themselves inner. They must come first. */
export async function updatesOf(handle: WorkflowHandle): Promise<{ operators: string[]; inner: string[] }> {
  const { updateDefinitions: all } = (await metadataOf(handle)).definition;
  const firstInner = all.findIndex(({ description }) => description.startsWith('Inner: '));
  const names = all.map(({ name }) => name);
  const end = firstInner === -1 ? names.length : firstInner;
  const mixed = all.slice(end).filter(({ description }) => !description.startsWith('Inner: '));
  if (mixed.length > 0)
    throw new Error(`${mixed.map(({ name }) => name).join(', ')} come after inner updates`);
  return { operators: names.slice(0, end), inner: names.slice(end) };
}
