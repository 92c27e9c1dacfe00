import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import type { StoreRecord } from '../ledger/commands';
import { readPage, type Page, type PageRequest } from './pages';

/** The right of one customer to use one image commercially, for ever. */
export interface License {
  readonly id: string;
  readonly imageId: string;
  readonly customerId: string;
  readonly spendId: string;
  readonly terms: string;
  readonly credits: number;
  readonly createdAt: Instant;
}

interface LicenseRow {
  id: string;
  image_id: string;
  customer_id: string;
  spend_id: string;
  terms: string;
  credits: number;
  created_at: Instant;
}

export function licenseOf(row: LicenseRow): License {
  return {
    id: row.id,
    imageId: row.image_id,
    customerId: row.customer_id,
    spendId: row.spend_id,
    terms: row.terms,
    credits: row.credits,
    createdAt: row.created_at,
  };
}

export function licenseRowOf(license: License): LicenseRow {
  return {
    id: license.id,
    image_id: license.imageId,
    customer_id: license.customerId,
    spend_id: license.spendId,
    terms: license.terms,
    credits: license.credits,
    created_at: license.createdAt,
  };
}

/** A licence that a spend has bought; a known one stays as it is. */
export function licenseRecord(license: License): StoreRecord {
  return { kind: 'license', row: { ...licenseRowOf(license) } };
}

/** The licence of an id. Throws `not_found`. */
export async function getLicense(db: Knex, id: string): Promise<License> {
  const row = await db<LicenseRow>('app.licenses').where({ id }).first();
  if (row === undefined) throw new DomainError('not_found', `No licence ${id}.`);
  return licenseOf(row);
}

/** The customer's licence to an image; undefined when there is none. */
export async function findLicense(
  db: Knex,
  imageId: string,
  customerId: string,
): Promise<License | undefined> {
  const row = await db<LicenseRow>('app.licenses')
    .where({ image_id: imageId, customer_id: customerId })
    .first();
  return row === undefined ? undefined : licenseOf(row);
}

/** A customer's licences, newest first. */
export async function listLicenses(db: Knex, customerId: string, page: PageRequest): Promise<Page<License>> {
  return readPage<LicenseRow, License>(
    db<LicenseRow>('app.licenses').where({ customer_id: customerId }),
    page,
    licenseOf,
  );
}
