import { runBuilt } from './run-built.mjs';

// `npm run sandbox`: the stack on a clock that can be moved.
await runBuilt('dev/sandbox/main.js', { isStart: true });
