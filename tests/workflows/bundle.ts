import { bundleWorkflowCode } from '@temporalio/worker';

let code: Promise<string> | undefined;

/** The workflows as the build bundles them; made once per test file. */
export function workflowBundle(): Promise<string> {
  code ??= bundleWorkflowCode({
    workflowsPath: require.resolve('../../src/workflows/index.ts'),
    logger: silent,
  }).then((bundle) => bundle.code);
  return code;
}

const say = (): void => undefined;
const silent = { log: say, trace: say, debug: say, info: say, warn: say, error: say };
