import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { priceOf } from '../../domain/catalog/price';
import { parseCatalog } from './read-catalog';

/** What a catalog needs around the actions of an example. */
const AROUND = `version: example
plans: { free: { name: Free, rank: 0, sold: default } }
policies: { contactAddress: sales@shop.example, graceHours: 24, royaltyBasisPoints: 0, jobDeadlineMinutes: 60, licenseTerms: none, addOnQuantityMax: 10 }
`;

describe('docs/external-work.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/external-work.md'), 'utf8');
  const [, actions = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];

  it('has an action that a catalog may have, and a price for every number of tokens that it tells of', () => {
    const action = parseCatalog(AROUND + actions).actions.get('write_text');
    const inputs = [...page.matchAll(/"input": (\{"tokensIn".*?\})/g)].map(
      ([, input = '']) => JSON.parse(input) as Record<string, number>,
    );
    expect(inputs.map((input) => action && priceOf(action, input).credits)).toEqual([8, 7]);
  });
});
