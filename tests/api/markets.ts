/** A catalog that sells in two currencies, and several packs. */
export const TWO_MARKETS = `
version: markets-1
plans:
  guest: { name: Guest, rank: 0, sold: default, grants: [{ id: welcome, credits: 10, every: once }] }
  basic:
    name: Basic
    rank: 1
    sold: checkout
    prices: { month: { usd: 1000, gbp: 800 } }
    grants: [{ id: monthly, credits: 100, every: month }]
    rights: { addOns: true }
  grand:
    name: Grand
    rank: 2
    sold: checkout
    prices: { month: { usd: 3000 } }
    grants: [{ id: monthly, credits: 400, every: month }]
    rights: { addOns: true, wholesale: true }
actions:
  digging: { price: 1, runs: external }
packs:
  small: { name: 100 credits, credits: 100, prices: { usd: 500, gbp: 400 }, quantityMax: 3 }
  large: { name: '1,000 credits', credits: 1000, prices: { usd: 4000 }, requires: addOns }
  crate: { name: '10,000 credits', credits: 10000, prices: { gbp: 30000, usd: 35000 }, requires: wholesale }
policies:
  contactAddress: sales@example.com
  graceHours: 3
  royaltyBasisPoints: 0
  jobDeadlineMinutes: 60
  licenseTerms: none
  addOnQuantityMax: 20
`;

/** A year later there is one pack, another one. */
export const ONE_PACK = TWO_MARKETS.replace('markets-1', 'markets-2').replace(
  /packs:\n(?:.*\n){3}/,
  'packs:\n  medium: { name: 300 credits, credits: 300, prices: { gbp: 900 } }\n',
);
