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

  const running = () => {
    if (started === undefined) throw new Error('The stack runs while tests do.');
    return started;
  };
  return { stack: onceThere(() => running().stack), api: onceThere(() => running().api) };
}

/** Stands for something that is there later: what is asked of it is asked of that. */
function onceThere<Thing extends object>(find: () => Thing): Thing {
  return new Proxy({} as Thing, { get: (_none, name) => Reflect.get(find(), name) as unknown });
}
