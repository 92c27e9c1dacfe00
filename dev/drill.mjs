import { runBuilt } from './run-built.mjs';

// `npm run drill`: one of each trouble on the running stack.
await runBuilt('dev/drill/main.js', { isStart: false });
