import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { readPage, type Page, type PageRequest } from './pages';

/** The right of one customer to use one image commercially, for ever. */
export interface License {
  readonly id: string;
  readonly imageId: string;
  readonly customerId: string;
  readonly terms: string;
  readonly credits: number;
  readonly createdAt: Instant;
}

interface LicenseRow {
  id: string;
  image_id: string;
  customer_id: string;
  terms: string;
  credits: number;
  created_at: Instant;
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

function licenseOf(row: LicenseRow): License {
  return {
    id: row.id,
    imageId: row.image_id,
    customerId: row.customer_id,
    terms: row.terms,
    credits: row.credits,
    createdAt: row.created_at,
  };
}
