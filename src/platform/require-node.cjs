/*
 * Ends the program with a sentence when this Node is older than `engines` in package.json says, before anything else is
 * loaded. Old Nodes must be able to read this file, so it is plain old JavaScript.
 */
'use strict';

var LEAST = [20, 19];

var parts = process.versions.node.split('.');
var major = Number(parts[0]);
var minor = Number(parts[1]);

if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  console.error(
    'Scrip needs Node ' +
      LEAST.join('.') +
      ' or later; this is Node v' +
      process.versions.node +
      ' (' +
      process.execPath +
      '). Install a newer one from https://nodejs.org, or with nvm: nvm install 22',
  );
  process.exit(1);
}
