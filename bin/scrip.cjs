#!/usr/bin/env node
'use strict';

/*
 * `npx scrip`. In a checkout it first compiles what changed, so that it works before the first `npm start` too; elsewhere
 * it runs what was built. Old Nodes must be able to read this file: they are told that they are.
 */
require('../src/platform/require-node.cjs');

require('./run-scrip.cjs');
