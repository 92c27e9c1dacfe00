import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { catalogJsonSchema } from './catalog-schema';
import { parseCatalog } from './read-catalog';

const FOLDER = join(__dirname, '../../../catalog');
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'));

describe('catalog/schema.json', () => {
  const schema = JSON.parse(read('schema.json')) as object;
  const validate = new Ajv({ strict: false, formats: { email: true } }).compile(schema);

  it('is the format that catalogs are read by; `npx scrip catalog schema` prints it', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(catalogJsonSchema())));
  });

  it.each(files)('accepts %s, as it is written and as it is stored', (file) => {
    expect([validate(parse(read(file))), validate.errors]).toEqual([true, null]);
    const { document } = parseCatalog(read(file));
    expect([validate(document), validate.errors]).toEqual([true, null]);
  });

  it('shows an editor what is wrong', () => {
    const text = read('exactly-2024.yaml');
    const wrong = [
      text.replace('sold: default', 'sold: everybody'),
      text.replace('usd: 2500', 'dollars: 2500'),
      text.replace('price: 300', 'cost: 300'),
    ];
    expect(wrong.map((each) => validate(parse(each)))).toEqual([false, false, false]);
  });
});
