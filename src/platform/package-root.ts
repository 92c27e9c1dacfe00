import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of this package: the nearest one above the running code that has a package.json and the migrations. Finds it
 * from the sources (`src/platform`) as from the build (`dist/src/platform`).
 */
export function findPackageRoot(from: string = __dirname): string {
  if (existsSync(join(from, 'package.json')) && existsSync(join(from, 'migrations'))) return from;
  const parent = dirname(from);
  if (parent === from)
    throw new Error('The folder of the package scrip was not found above the running code');
  return findPackageRoot(parent);
}
