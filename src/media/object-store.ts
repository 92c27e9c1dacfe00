/**
 * Where pictures live, by key. Keys are written by us alone (`uploads/…`, `images/…`), so they are safe path segments.
 * A put replaces nothing: the same key always has the same content.
 */
export interface ObjectStore {
  /** Durable when it returns (written to a temporary name, synced, renamed). Idempotent by key. */
  put(key: string, body: Buffer, contentType: string): Promise<void>;
  /** Throws `DomainError('not_found')` for an unknown key. */
  get(key: string): Promise<Buffer>;
  /** Takes an object away, and whatever a put that was cut off has left of it. Nothing is done where there is none. */
  remove(key: string): Promise<void>;
}
