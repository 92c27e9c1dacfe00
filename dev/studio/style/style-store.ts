import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUSE_STYLES } from '../house-models';
import { styleSchema, type Style } from './style';

export interface StyleStore {
  /** The style of a version; undefined when nobody trained it. */
  find(version: string): Style | undefined;
  save(version: string, style: Style): void;
}

/** The house styles, and each trained one as a file under its version. */
export function createStyleStore(stateDir: string): StyleStore {
  const folder = join(stateDir, 'styles');
  mkdirSync(folder, { recursive: true });
  const pathOf = (version: string): string => join(folder, `${version}.json`);

  return {
    find(version) {
      const house = HOUSE_STYLES.get(version);
      if (house !== undefined || !/^[\w-]{1,100}$/.test(version)) return house;
      const path = pathOf(version);
      return existsSync(path) ? styleSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
    },

    save(version, style) {
      const path = pathOf(version);
      writeFileSync(`${path}.tmp`, JSON.stringify(style, null, 2));
      renameSync(`${path}.tmp`, path);
    },
  };
}
