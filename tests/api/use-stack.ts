import { onceThere } from '../support/once-there';
import { startStack, type TestStack } from '../support/start-stack';
import { createApiClient, type ApiClient } from './api-client';

/** A stack for the tests of one `describe` and a client of its API: started before them, stopped after them. */
export function useStack(): { readonly stack: TestStack; readonly api: ApiClient } {
  let started: { readonly stack: TestStack; readonly api: ApiClient } | undefined;

  beforeAll(async () => {
    const stack = await startStack();
    started = { stack, api: await createApiClient(stack.dev) };
  }, 180_000);

  afterAll(async () => {
    await started?.stack.stop();
  }, 30_000);

  return { stack: onceThere(() => started?.stack), api: onceThere(() => started?.api) };
}
