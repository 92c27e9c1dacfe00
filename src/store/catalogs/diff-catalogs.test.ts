import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffCatalogs } from '../../domain/catalog/diff-catalogs';
import { parseCatalog } from './read-catalog';

const TEXT = readFileSync(join(__dirname, '../../../catalog/exactly-2024.yaml'), 'utf8');

describe('the difference of two catalogs', () => {
  it('names what changed by its path, before and after', () => {
    const changed = TEXT.replace('version: exactly-2024', 'version: dearer')
      .replace('credits: 500,', 'credits: 600, upTo: 900,')
      .replace('month: { usd: 2500 }', 'month: { usd: 2900 }')
      .replace('license_image:', 'upscale_image: { price: 2, runs: external }\n  license_image:');
    expect(diffCatalogs(parseCatalog(TEXT), parseCatalog(changed))).toEqual([
      '- version: "exactly-2024"',
      '+ version: "dearer"',
      '- plans.standard.grants.monthly.credits: 500',
      '+ plans.standard.grants.monthly.credits: 600',
      '+ plans.standard.grants.monthly.upTo: 900',
      '- plans.standard.prices.month.usd: 2500',
      '+ plans.standard.prices.month.usd: 2900',
      '+ actions.upscale_image.price: 2',
      '+ actions.upscale_image.quantity: 1',
      '+ actions.upscale_image.firstFree: 0',
      '+ actions.upscale_image.runs: "external"',
      '+ actions.upscale_image.deadline: "PT60M"',
      '+ actions.upscale_image.silence: "PT10M"',
    ]);
  });

  it('names another order of what both have', () => {
    const changed = `${TEXT}order: { plans: [pro, standard, free, custom] }\n`;
    expect(diffCatalogs(parseCatalog(TEXT), parseCatalog(changed))).toEqual([
      '- order.plans: ["free","standard","pro","custom"]',
      '+ order.plans: ["pro","standard","free","custom"]',
    ]);
  });

  it('is nothing where only the writing differs', () => {
    const rewritten = TEXT.replace(
      'rights: { watermark: true }',
      'rights: { train: false, watermark: true }',
    );
    expect(diffCatalogs(parseCatalog(TEXT), parseCatalog(rewritten))).toEqual([]);
  });
});
