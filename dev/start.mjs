import { runBuilt } from './run-built.mjs';

// `npm start`: the embedded stack.
await runBuilt('dev/stack/main.js', { isStart: true });
