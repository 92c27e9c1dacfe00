import { createRequire } from 'node:module';
import { build } from './build.mjs';

// `npm run bench:ledger`: compile what changed, then measure.
await build();
createRequire(import.meta.url)('../dist/dev/bench-ledger/main.js');
