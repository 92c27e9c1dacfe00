import { createHash, createHmac, randomBytes } from 'node:crypto';

export type IdPrefix =
  | 'cus'
  | 'sub'
  | 'ord'
  | 'spd'
  | 'upl'
  | 'mdl'
  | 'img'
  | 'lic'
  | 'grt'
  | 'hld'
  | 'adj'
  | 'rfd'
  | 'rpt'
  | 'ctr'
  | 'key'
  | 'req'
  | 'alm'
  | 'ntc';

/** A fresh id: the prefix and 26 characters, the first ten of them the millisecond, so that ids sort by creation. */
export function newId(prefix: IdPrefix): string {
  const time = Buffer.alloc(6);
  time.writeUIntBE(Date.now(), 0, 6);
  return `${prefix}_${base32(Buffer.concat([time, randomBytes(11)]))}`;
}

/** The same id for the same parts, for ever: how a repeated request finds what the first one made. */
export function deriveId(prefix: IdPrefix, ...parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return `${prefix}_${base32(digest.subarray(0, 17))}`;
}

/** The same, and only for whoever has the key: nobody else can tell what it was derived from, nor whether it was from this. */
export function deriveKeyedId(prefix: IdPrefix, key: string, ...parts: readonly (string | number)[]): string {
  const digest = createHmac('sha256', key).update(JSON.stringify(parts)).digest();
  return `${prefix}_${base32(digest.subarray(0, 17))}`;
}

/** A keyed hash in hexadecimal, all 256 bits: what is hashed can be recognised with the key alone, and never read. */
export function keyedHash(key: string, ...parts: readonly (string | number)[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
}

/** Crockford's alphabet in lower case: no i, l, o, u to misread. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(bytes: Buffer): string {
  let bits = BigInt(`0x${bytes.subarray(0, 17).toString('hex')}`) >> 6n;
  let text = '';
  for (let index = 0; index < 26; index += 1) {
    text = (ALPHABET[Number(bits & 31n)] ?? '') + text;
    bits >>= 5n;
  }
  return text;
}
