import { createRequire } from 'node:module';
import { build } from './build.mjs';

// `npm run sandbox`: compile what changed, then run the stack on a clock that can be moved, in this very process.
await build();
createRequire(import.meta.url)('../dist/dev/sandbox/main.js');
