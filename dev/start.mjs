import { createRequire } from 'node:module';
import { build } from './build.mjs';

// `npm start`: compile what changed, then run the embedded stack in this very process, so that signals reach it directly.
await build();
createRequire(import.meta.url)('../dist/dev/stack/main.js');
