import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCatalog } from './read-catalog';
import { testCatalog } from './test-catalog';

const FOLDER = join(__dirname, '../../../catalog');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'));
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');

describe('the catalogs that come along', () => {
  it.each(files)('%s is valid and does what its table expects', (file) => {
    const catalog = parseCatalog(read(file));
    const { rows, faults } = testCatalog(catalog, read(file.replace(/\.yaml$/, '.test.yaml')));
    expect(faults).toEqual([]);
    expect(rows).toBeGreaterThan(0);
  });

  it.each(files)('%s tells editors its schema', (file) => {
    expect(read(file).split('\n', 1)).toEqual(['# yaml-language-server: $schema=./schema.json']);
  });

  it('fails a table whose row does not come true, and says on which line', () => {
    const table =
      'prices:\n  - { plan: free, action: license_image, input: { imageId: i }, expect: { credits: 1 } }\n';
    const { faults } = testCatalog(parseCatalog(read('exactly-2026.yaml')), table);
    expect(faults).toEqual([
      expect.stringMatching(/^line 2: prices\.0 expects .*"credits":1.* gets .*"credits":500/),
    ]);
  });
});
